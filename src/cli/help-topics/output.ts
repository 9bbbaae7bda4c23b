export const output = `Output

Streams. The answer goes to standard output; notes, warnings, bad lines,
progress and errors go to standard error. --quiet silences all of these but
errors. Progress is shown only on a terminal.

Formats (-o, --output):

  table   for people; as wide as the terminal, 80 columns in a pipe
  wide    the table with all rows that were kept
  json    one object, indented: the contract for programs (--json for short)
  jsonl   one JSON object per line: the parts of the report
  csv     the limits as comma-separated values
  md      Markdown, for pull requests and wikis

A command that prints only some of these says so in its --help.

JSON is always in this envelope:

  {
    "schema": "ratectl.simulate/1",
    "generatedAt": "2026-01-05T12:00:00.000Z",
    "context": null,
    "data": { ... },
    "warnings": [ ... ]
  }

  schema     ratectl.<command>/<version>. Fields may be added within a version;
             one that changes its meaning or goes raises it.
  context    the store the answer is about; null for commands that need none
  warnings   what standard error said as notes

Field names carry their unit (retryAfterMs, bucketMs); times are RFC 3339 in
UTC; rates are shares from 0 to 1; what is unknown is null or left out.

The same input gives the same bytes, for any number of --workers, except for
generatedAt and data.performance. With SOURCE_DATE_EPOCH all bytes are equal.

Keys and paths come from outside: control, bidirectional and invisible
characters are printed as \\u001b, never raw.
`;
