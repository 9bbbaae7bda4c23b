export const traces = `Traces

A trace is a file of requests, one after another. The format is found from its
first lines; --format names it. "ratectl trace formats" lists the formats and
the attributes of each, "ratectl trace info FILE" says what is understood of a
file.

Every request has a time, a cost (1 unless the trace says otherwise) and
attributes: key, ip, method, path, status, tenant ... Policies use attributes in
keys ("{tenant}:{path}") and conditions (when, unless). In access logs ip is the
client address, and key is the same unless it is mapped. IPv6 addresses are
brought into one spelling, so that a client is one key.

Other field names:

  --map t=ts_ms,key=user,cost=tokens_in+tokens_out,duration=took_ms

  t is the time, duration how long the request took (for concurrency limits);
  cost may add fields up; any other name is an attribute. Dots go into nested
  JSON objects: --map ip=request.client_ip

Times are RFC 3339, the log format's own, or numbers since 1970. The unit of a
number is that of --time-unit, else the one its name ends in (ts_ms, tsNs), else
it is found from the size of the first value, and a note says so. A time without
a zone is taken as UTC. Times are kept in whole microseconds, 1970 to 2255.

Several files are merged by time; equal times come in the order of the files.
"-" is standard input. gzip and zstd are recognised by content.

Times that step back are decided in the order of the file, with a clock that
does not run back (it never gives tokens twice), and reported; --sort orders
them.

Bad lines are left out and counted, and the first ten are shown with file, line
and reason. --strict stops at the first one (exit 2). Comments, directives and
other lines that belong to a format but are no requests are not bad.

Access logs that know only whole seconds hide the order and distance of requests
within a second. For limits finer than that a replay is one possibility of many:
--bounds shows the fewest and the most denials that the time stamps allow.
`;
