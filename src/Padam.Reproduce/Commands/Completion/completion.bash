# Completion of padam-reproduce in bash: `source <(padam-reproduce completion bash)` in ~/.bashrc.
_padam_reproduce() {
  local IFS=$'\n'
  # Where the program has nothing to say, -o default completes files.
  COMPREPLY=($(compgen -W "$("$1" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _padam_reproduce padam-reproduce
