#compdef tui-monitor
# Completion of tui-monitor for zsh. In ~/.zshrc, behind compinit:
#   eval "$(tui-monitor completion zsh)"
# The program answers with lines of kind, value and help, parted by tabs.
_tui_monitor_completion() {
    local line files=""
    local -a fields plain described
    for line in "${(@f)$(COMP_LINE="${(j: :)words[1,CURRENT]}" _TUI_MONITOR_COMPLETE=zsh "${words[1]}" 2>/dev/null)}"; do
        fields=("${(@s:	:)line}")
        if [[ "${fields[1]}" == file ]]; then
            files=yes
        elif [[ "${fields[1]}" == plain && -n "${fields[3]}" ]]; then
            described+=("${fields[2]//:/\\:}:${fields[3]}")
        elif [[ "${fields[1]}" == plain ]]; then
            plain+=("${fields[2]}")
        fi
    done
    (( ${#described} )) && _describe -V unsorted described -U
    (( ${#plain} )) && compadd -U -V unsorted -a plain
    [[ -n "$files" ]] && _files
    return 0
}
if [[ "${zsh_eval_context[-1]}" == loadautofunc ]]; then
    _tui_monitor_completion "$@"
else
    compdef _tui_monitor_completion tui-monitor
fi
