export const thresholds = `Thresholds

  METRIC OPERATOR NUMBER[%]         denied < 0.1%
  limit.NAME.METRIC ...             limit.per-ip.deniedKeys <= 3

Operators: <  <=  >  >=  ==  !=

Metrics of the whole trace:
  requests    requests decided             never       cost that can never fit
  allowed     allowed by all limits        delayed     held back, then allowed
  denied      denied by some limit         unlimited   no limit applied
  deniedRate  denied / requests, 0 to 1    skipped     bad lines left out
  keys        distinct keys                outOfOrder  earlier than one before
  allowToDeny, denyToAllow  with --against: flips between it and --policy

Metrics of a limit (one in shadow mode too: what it would have denied):
  requests    it applied to                keys        distinct keys
  allowed, denied, deniedRate              deniedKeys  keys denied at least once
  skipped     lacked an attribute of the key

Metrics of a rehearsal (see: ratectl simulate --help):
  goodput                              per second           goodput > 300/s
  latency.p50 .p90 .p99 .mean .max     with a unit        latency.p99 < 500ms
  rehearsal.good .late .failed .refused             rehearsal.good >= 95%
  rehearsal.longestQueue .longestBacklog            requests at once
  rehearsal.busy                       with --capacity  rehearsal.busy < 90%

With % the value is a share: of the requests, for keys and deniedKeys of the
keys, for skipped of the requests and those that were skipped.

Where they are written decides what they mean:

  thresholds: in the policy   must hold       [ "denied < 0.1%" ]
  --fail-if EXPR              must not hold   --fail-if 'denied > 0.1%'
  --target EXPR               what --solve has to reach

simulate exits with 5 when one fails. Thresholds are checked on whole runs: with
--shard they are carried along, and "ratectl simulate merge" checks them.
`;
