# Completion for fish. Verbs, options and their words are those that the program itself tells in --help.

function __orchestrate_verbs
    orchestrate --help 2>/dev/null | string replace -rif '^ +([a-z][a-z-]*) +(.*)$' '$1\t$2'
end

function __orchestrate_help
    set -l words (commandline -opc)
    set -q words[2]; and orchestrate $words[2] --help 2>/dev/null
end

function __orchestrate_options
    __orchestrate_help | string replace -rf '^ +(?:-h,)?(--[a-z-]+).*$' '$1'
end

# The words that the option before the cursor takes; fails where it takes none.
function __orchestrate_option_words
    set -l option (commandline -opc)[-1]
    string match -q -- '--*' $option; or return 1
    __orchestrate_help | string replace -rf -- "^ +$option TEXT:\{([^}]*)\}.*\$" '$1' | string split ,
end

# Whether the option before the cursor takes a value of its own.
function __orchestrate_wants_value
    set -l option (commandline -opc)[-1]
    string match -q -- '--*' $option; and __orchestrate_help | string match -rq -- "^ +$option (TEXT|UINT)"
end

function __orchestrate_wants_directory
    contains -- (commandline -opc)[-1] --state --versions
end

function __orchestrate_apps
    __orchestrate_help | string match -rq '^ +APP '; or return
    for policy in /etc/orchestrate/policies/*.yaml
        string replace -r '.*/(.*)\.yaml$' '$1' $policy
    end
end

function __orchestrate_has_verb
    set -l words (commandline -opc)
    set -q words[2]
end

complete -c orchestrate -f
complete -c orchestrate -n 'not __orchestrate_has_verb' -a '(__orchestrate_verbs)'
complete -c orchestrate -n 'not __orchestrate_has_verb' -l version
complete -c orchestrate -n __orchestrate_wants_directory -a '(__fish_complete_directories)'
complete -c orchestrate -n __orchestrate_wants_value -a '(__orchestrate_option_words)'
complete -c orchestrate -n '__orchestrate_has_verb; and not __orchestrate_wants_value' -a '(__orchestrate_options; __orchestrate_apps)'
complete -c orchestrate -n 'string match -q "*/*" -- (commandline -ct); and not __orchestrate_wants_value' -F
