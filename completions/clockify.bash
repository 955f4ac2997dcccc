# Completion of clockify for bash, 3.2 and newer. Needs no other package.
#
# For one shell:  eval "$(clockify completion bash)"
# For good:       clockify completion bash > ~/.local/share/bash-completion/completions/clockify
#                 or, without the bash-completion package, the first line in ~/.bashrc

_clockify() {
    # What comes back is quoted already for its place in the line; nothing of it is evaluated.
    local told line head=
    COMPREPLY=()
    told=$(command clockify __complete bash \
        "${COMP_LINE:0:COMP_POINT}" "$2" "${COMP_TYPE-}" </dev/null 2>/dev/null) || return 0
    while IFS= read -r line; do
        if [ -z "$head" ]; then
            head=$line
        else
            COMPREPLY[${#COMPREPLY[@]}]=$line
        fi
    done <<<"$told"
    case $head in
        files*) _clockify_paths -f "$2" default ;;
        folders*) _clockify_paths -d "$2" dirnames ;;
        command*) _clockify_command "${head#command }" "$2" ;;
    esac
    return 0
}

_clockify_paths() {
    # readline itself knows best how to complete and quote a path; before bash 4 it was not asked.
    compopt -o "$3" 2>/dev/null && return 0
    local path
    while IFS= read -r path; do
        [ -n "$path" ] && COMPREPLY[${#COMPREPLY[@]}]=$(printf '%q' "$path")
    done <<<"$(compgen "$1" -- "$2")"
}

_clockify_command() {
    # The words behind "clockify run --" are a command line of their own.
    local first=$(($1 + 1))
    if declare -F _command_offset >/dev/null; then
        _command_offset "$first"
    elif [ "$COMP_CWORD" -eq "$first" ]; then
        local name
        while IFS= read -r name; do
            [ -n "$name" ] && COMPREPLY[${#COMPREPLY[@]}]=$(printf '%q' "$name")
        done <<<"$(compgen -c -- "$2" | LC_ALL=C sort -u)"
    else
        _clockify_paths -f "$2" default
    fi
}

complete -o nosort -F _clockify clockify 2>/dev/null || complete -F _clockify clockify
