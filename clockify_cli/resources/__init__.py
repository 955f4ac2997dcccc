"""Everything in a workspace except time: projects, clients, tags, tasks, users, and workspaces."""
