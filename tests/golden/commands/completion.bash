# Completion of tui-monitor for bash. In ~/.bashrc:
#   eval "$(tui-monitor completion bash)"
# The program answers with lines of kind, value and help, parted by tabs; bash shows the values.
_tui_monitor_completion() {
    local kind value help files=""
    COMPREPLY=()
    while IFS=$'\t' read -r kind value help; do
        case $kind in
            plain) COMPREPLY+=("$value") ;;
            file) files=yes ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_CUR="$2" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        _TUI_MONITOR_COMPLETE=bash "$1" 2>/dev/null)
    if [[ -n $files && ${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o default 2>/dev/null
    elif [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$2")
    fi
}
complete -o nosort -F _tui_monitor_completion tui-monitor 2>/dev/null ||
    complete -F _tui_monitor_completion tui-monitor
