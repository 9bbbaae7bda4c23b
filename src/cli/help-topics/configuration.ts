export const configuration = `Configuration

Commands that look at live state need a store, and may need a policy. What they
use, and who says so:

  ratectl config explain

The first of these that says something decides, setting by setting:

  flags          --store or --context, --policy, --timeout, --password-stdin
  environment    RATECTL_STORE or RATECTL_CONTEXT, RATECTL_POLICY,
                 RATECTL_PREFIX, RATECTL_TIMEOUT, RATECTL_PASSWORD
  the context    that was chosen
  project file   .ratectl/config.yaml, in this folder or above it
  user file      $XDG_CONFIG_HOME/ratectl/config.yaml (~/.config)
  defaults       the default store, 5s; the policy that applications published
                 in the store, else ratectl.yaml in this folder or above it

--no-config, or RATECTL_NO_CONFIG=1, reads no files. RATECTL_READ_ONLY=1 makes
commands that change state refuse.

A file (YAML, or JSON in config.json):

  context: staging                 # what commands use; "context use" writes it
  contexts:
    staging:
      store: redis://ops@cache:6379
      passwordFile: ~/.secrets/redis
    prod:
      store: rediss://ops@cache.example.com
      passwordCommand: [pass, show, redis/prod]
      production: true             # read-only, unless readOnly: false is said
      policy: ../prod/ratectl.yaml
      timeout: 2s
  timeout: 5s                      # for what no context says

Fields of a context: store, policy, prefix, timeout, readOnly, production, and
one of passwordFile, passwordCommand (a list, run without a shell) and
passwordEnv. All but production may stand at the top of the file, too. Relative
paths are relative to the file.

Commands that change state refuse in a read-only context (exit 4). In a
production context they say its name first, and ask for it before they change
much.

A project file may have come with somebody else's folder. It cannot run a
program, and its passwords are files in the project or variables that begin with
RATECTL_. A password is sent only to the store that it is written beside.

  ratectl context add staging --store redis://cache:6379
  ratectl context use staging
  ratectl context ls
  ratectl config path

See also: ratectl help stores
`;
