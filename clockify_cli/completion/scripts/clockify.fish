# Completion of clockify for fish.
#
# For one shell:  clockify completion fish | source
# For good:       clockify completion fish > ~/.config/fish/completions/clockify.fish

function __clockify_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    # The first of the words is the program. What comes back is never evaluated.
    set -l told (command clockify __complete fish $words[2..-1] "$current" </dev/null 2>/dev/null)
    or return 1
    set -l head (string split -m 1 ' ' -- $told[1])
    switch "$head[1]"
        case words
            set -q told[2]
            and printf '%s\n' $told[2..-1]
        case files
            __clockify_paths __fish_complete_path "$head[2]" "$current"
        case folders
            __clockify_paths __fish_complete_directories "$head[2]" "$current"
        case command
            # The words behind "clockify run --" are a command line of their own.
            set -l first (math $head[2] + 2)
            set -l own
            set -q words[$first]
            and set own (string escape -- $words[$first..-1])
            complete -C (string join ' ' -- $own "$current")
    end
end

function __clockify_paths
    # The path may stand behind an option in the same word: --input=FILE.
    set -l path (string sub -s (math (string length -- "$argv[2]") + 1) -- "$argv[3]")
    for found in ($argv[1] "$path")
        printf '%s%s\n' "$argv[2]" "$found"
    end
end

complete -c clockify -f -k -a '(__clockify_complete)'
