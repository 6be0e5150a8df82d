# Completion for bash. Verbs, options and their words are those that the program itself tells in --help.

# _orchestrate_words VERB|'' PATTERN: what the lines of the help say that match.
_orchestrate_words() {
  command orchestrate ${1:+"$1"} --help 2>/dev/null | sed --quiet --regexp-extended "$2"
}

_orchestrate_apps() {
  local policy
  for policy in /etc/orchestrate/policies/*.yaml; do
    [[ -e $policy ]] || continue
    policy=${policy##*/}
    printf '%s\n' "${policy%.yaml}"
  done
}

_orchestrate() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' words
  COMPREPLY=()
  if ((COMP_CWORD > 1)); then verb=${COMP_WORDS[1]}; fi

  if [[ $verb && $before == --* ]]; then
    case $before in
      --state | --versions)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -A directory -- "$word")
        return
        ;;
    esac
    words=$(_orchestrate_words "$verb" "s/^ +$before TEXT:\{([^}]*)\}.*/\1/p")
    if [[ $words ]]; then
      mapfile -t COMPREPLY < <(compgen -W "${words//,/ }" -- "$word")
      return
    fi
    if [[ $(_orchestrate_words "$verb" "s/^ +$before (TEXT|UINT).*/takes a value/p") ]]; then return; fi
  fi

  if [[ $word == -* ]]; then
    words=$(_orchestrate_words "$verb" 's/^ +(-h,)?(--[a-z-]+).*/\2/p')
  elif [[ ! $verb ]]; then
    words=$(_orchestrate_words '' '1,/^Subcommands:/I d; s/^ +([a-z][a-z-]*) .*/\1/p')
  elif [[ $(_orchestrate_words "$verb" 's/^ +(APP) .*/\1/p') ]]; then
    words=$(_orchestrate_apps)
    # An app's name has no slash and no dot that a path would have.
    if [[ $word == */* || $word == .* ]]; then
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -A file -- "$word")
      return
    fi
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _orchestrate orchestrate
