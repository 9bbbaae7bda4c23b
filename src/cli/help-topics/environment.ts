export const environment = `Environment variables

Colour. The first of these that says something decides; the flag is asked first:

  --color always|never   overrides all of the variables
  NO_COLOR               not empty: no colour
  CLICOLOR_FORCE         not empty: colour, also in a pipe; 0 or false: none
  FORCE_COLOR            the same
  TERM=dumb              no colour
  CLICOLOR=0             no colour
  otherwise              colour when standard output is a terminal

Layout:

  COLUMNS                width of tables; else that of the terminal, else 80
  LC_ALL, LC_CTYPE, LANG the first that is set decides whether a terminal shows
                         UTF-8; if it does not, tables are drawn in ASCII. "C"
                         and "POSIX" count as UTF-8. In a pipe only --ascii
                         draws in ASCII.
  INK_SCREEN_READER      true: the dashboard is sentences, as --screen-reader

Reproducible output:

  SOURCE_DATE_EPOCH      seconds since 1970: taken for "generatedAt" in place of
                         the clock; "performance" is left out. The same input
                         then gives the same bytes.

CI:

  GITHUB_STEP_SUMMARY    file that --ci appends the job summary to

Live state (ratectl help configuration):

  RATECTL_STORE          URL of the store
  RATECTL_CONTEXT        name of a context, in place of RATECTL_STORE
  RATECTL_PASSWORD       password of the store
  RATECTL_POLICY         policy in force
  RATECTL_PREFIX         name under which everything is kept in the store
  RATECTL_TIMEOUT        how long a command waits for the store, such as 2s
  RATECTL_READ_ONLY      1: commands that change state refuse
  RATECTL_ACTOR          who changes something, for receipts and the audit
                         journal; else the user of the operating system
  RATECTL_NO_CONFIG      1: no configuration files are read
  PGUSER, PGPASSWORD, PGPASSFILE, PGDATABASE
                         for Postgres, what neither the URL nor a context says
  XDG_CONFIG_HOME        where ratectl/config.yaml is; else ~/.config
  XDG_STATE_HOME         where the default store is when the folder cannot be
                         written; else ~/.local/state

Applications have variables of their own, RATE_LIMIT_STORE and the like, and
read them where their code says limiterOptionsFromEnv(): docs/library.md.

Tokens (ratectl token --help), one of:

  RATECTL_VAULT_KEY      keys that token material is encrypted with: lines of
                         ID:KEY with commas between, the first one encrypts
  RATECTL_VAULT_KEY_FILE file that holds them, one to a line
  RATECTL_VAULT_KEY_COMMAND
                         program that prints them, run without a shell

Serving (ratectl serve --help):

  RATECTL_SERVE_TOKEN    what clients have to send; required off loopback
  RATECTL_ALERT_WEBHOOK  URL that alerts are posted to

Start-up (docs/install.md):

  XDG_CACHE_HOME         where compiled code is kept, in ratectl; else ~/.cache;
                         on Windows %LOCALAPPDATA%
  NODE_DISABLE_COMPILE_CACHE
                         1: it is neither kept nor used

Troubleshooting:

  RATECTL_DEBUG          set: an unexpected error (exit 1) shows its stack
`;
