export const stores = `Stores

Where limiters keep their state, and commands look for it. --store, a context or
the variable RATECTL_STORE names one by its URL:

  sqlite:PATH                   a file; "sqlite:" alone is the default store
  redis://HOST:6379/0           Redis 6.2 or newer, Valkey; the number is the
                                database
  rediss://HOST                 the same over TLS
  redis+cluster://H1:P1,H2:P2   a Cluster; some of its nodes
  redis+sentinel://H1,H2/NAME   Sentinels that know the primary as NAME, /NAME/2
                                for database 2
  postgres://HOST:5432/DB       Postgres 14 or newer; several hosts with ","
  memory:                       gone with the process

rediss+cluster:// and rediss+sentinel:// speak TLS, too. An IPv6 address is
written in brackets: redis://[2001:db8::1]:6379.

The default store is .ratectl/state.db of this folder or the nearest above it
that has a folder .ratectl; where that cannot be written, it is
$XDG_STATE_HOME/ratectl/state.db (~/.local/state).

User and password. redis://USER@HOST names the user; for a password without a
user write redis://:PASSWORD@HOST. A password that is part of the command line
can be seen by other users of the machine. Better, in this order:

  a context with passwordFile, passwordCommand or passwordEnv
  RATECTL_PASSWORD              in the environment
  --password-stdin              the first line of standard input

In a URL, characters such as / ? # @ % are written as %2F %3F %23 %40 %25.
Answers, messages and JSON show URLs without the password and without most
parameters.

Parameters come after "?" and are joined with "&":

  redis     prefix=rl  ca=FILE  cert=FILE  key=FILE  tls-server-name=NAME
            insecure=true  sentinel-username=NAME  sentinel-password=TEXT
  postgres  schema=ratectl  sslmode=verify-full  sslrootcert=FILE
            sslcert=FILE  sslkey=FILE  unlogged=true  pool=4  pgbouncer=true
            synchronous_commit=off  migrate=never

Paths are relative to the file that names the store, else to this folder.

See also: ratectl help configuration, ratectl config explain
`;
