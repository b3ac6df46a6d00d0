# Completion of tui-monitor for fish. In ~/.config/fish/config.fish:
#   tui-monitor completion fish | source
# The program answers with lines of kind, value and help, parted by tabs.
function _tui_monitor_completion
    set -l answers (env COMP_LINE=(commandline -cp | string collect) _TUI_MONITOR_COMPLETE=fish tui-monitor 2>/dev/null)
    for answer in $answers
        set -l fields (string split -m 2 \t -- $answer)
        switch $fields[1]
            case plain
                echo $fields[2]\t$fields[3]
            case file
                __fish_complete_path (commandline -ct)
        end
    end
end
complete --command tui-monitor --no-files --arguments "(_tui_monitor_completion)"
