"""What a workspace holds beside time: projects, clients, tags, tasks, users, and workspaces."""
