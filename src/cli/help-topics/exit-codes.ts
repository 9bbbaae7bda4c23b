export const exitCodes = `Exit codes

    0  success; also for a trace without requests, and when the reader of a pipe
       went away (ratectl ... | head)
    1  unexpected: a mistake in ratectl
    2  wrong usage or bad input: flags, policy, trace, files that cannot be
       read or written; a token that a person has to authorise anew
    3  the store cannot be reached, or refuses the login or a right; a token
       provider that failed and may be asked again
    4  refused for safety: a confirmation is missing (--yes, --confirm), the
       context is read-only, a plan does not fit any more, or ratectl init
       would replace a file (--force does)
    5  the condition was met: a threshold failed, a --fail-if held, --solve
       found no value, or status --fail-on found a key
    6  partial: some keys could not be reset or restored, some tokens not
       refreshed; the answer names them
    7  nothing to do where something was required (--fail-empty), or not yet:
       the answer of force-refresh says the exact wait
  129  the terminal went away
  130  interrupted (Ctrl-C)
  143  terminated

With 2 nothing is left behind: files named by --decisions, --junit or --out are
written aside and get their name at the end. With 5 the run itself succeeded:
the report is printed and the files are there.

A CI step that tells "the limits are too tight" from "the set-up is broken":

  ratectl simulate access.log --policy ratectl.yaml
  case $? in
    0) ;;
    5) echo 'thresholds failed' ; exit 1 ;;
    *) echo 'could not simulate' ; exit 2 ;;
  esac
`;
