export const policies = `Policies

A policy is a YAML or JSON file. "ratectl init" writes one to start from,
"ratectl validate" checks it, "ratectl policy schema" prints its JSON Schema.

  version: 1
  limits:                     # in order; the first that denies names the denial
    - name: per-ip
      key: "{ip}"             # who shares a bucket; default "{key}"
      unless: { path: [/health, "/static/*"] }
      algorithm: token-bucket
      rate: 10/s              # N/s N/m N/h N/d, 20/10s, { count: 20, per: 10s }
      burst: 20
    - name: plan
      key: "{tenant}"
      tier: "{plan}"
      tiers:
        free: [ { rate: 100/m }, { rate: 1000/h } ]     # all must allow
        premium: { rate: 1000/m }
      defaultTier: free
      mode: shadow            # counted and reported, never denies
  thresholds: [ "denied < 0.1%" ]

  algorithm        takes
  token-bucket     rate, burst, initial, refill: continuous, burst-penalty,
                   smoothed or { every: 1s }
  gcra             rate, burst
  fixed-window     limit, window, align: epoch, first-hit or calendar (with tz),
                   countDenied
  sliding-window   limit, window
  sliding-log      limit, window
  leaky-bucket     rate, burst, delay or nodelay: as nginx decides
  concurrency      max, timeout

A limit also takes when (the opposite of unless), cost, buckets (several at
once) and overrides: { "203.0.113.7": exempt, evil: block, vip: { rate: 9/s } }.

A request that lacks an attribute of the key skips the limit and is counted as
skipped. No limit is charged when another one denies, unless charge: always.
A cost above the capacity can never fit and is denied as "never". Cost 0 takes
nothing and is allowed unless its key is blocked.

Under load: priorities, concurrency (slots with a queue), breakers, adaptive,
behaviour and degradation are sections beside limits.

The whole grammar, and each algorithm with its formula: docs/policies.md
`;
