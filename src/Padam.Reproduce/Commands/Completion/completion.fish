# Completion of padam-reproduce in fish: `padam-reproduce completion fish | source` in ~/.config/fish/config.fish.
function __padam_reproduce
    set -l line (commandline -cp)
    padam-reproduce "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete -c padam-reproduce -a '(__padam_reproduce)'
