#compdef padam-reproduce
# Completion of padam-reproduce in zsh: `source <(padam-reproduce completion zsh)` in ~/.zshrc, after compinit.
_padam_reproduce() {
  local line="${(j: :)words[1,CURRENT]}"
  local -a found
  found=(${(f)"$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
  if (( $#found )); then
    compadd -a found
  else
    _files
  fi
}
compdef _padam_reproduce padam-reproduce
