import {expect, test} from 'vitest';
import {problemsOf, provider, type Row, section} from './problems-of.ts';

const SOURCES = '{ env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT, …] }';
const NAME = 'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit';
const URL = 'an https URL such as "https://auth.example.com/token"';
const HTTP = 'http is for localhost, 127.0.0.1 and [::1] only: what is sent is secret';

const PROVIDERS: readonly Row[] = [
  [
    'providers as a list',
    section('tokens: [a]'),
    'p.yaml:1:1: a policy needs "limits" (a list of limits)',
    'p.yaml:2:9: tokens: expected token providers by name, such as { google: { tokenUrl: …, clientId: … } }, got a list',
  ],
  [
    'a provider that is text',
    section('tokens: { a: https://x.example }'),
    'p.yaml:2:14: tokens.a: expected a token provider such as { tokenUrl: "https://auth.example.com/token", clientId: my-client }, got "https://x.example"',
  ],
  [
    'a name with a space',
    section('tokens: { "a b": { tokenUrl: https://x.example, clientId: c } }'),
    `p.yaml:2:11: tokens["a b"]: expected ${NAME}`,
  ],
  [
    'nothing in it',
    section('tokens: { a: {} }'),
    `p.yaml:2:14: tokens.a: a token provider needs "tokenUrl" (${URL})`,
    'p.yaml:2:14: tokens.a: a token provider needs "clientId" (a text of at most 256 printable ASCII characters)',
  ],
  ['a typo', provider('margn: 5m'), 'p.yaml:5:5: tokens.a: unknown field "margn" (did you mean "margin"?)'],
  [
    'the word of the standard',
    provider('grant_type: refresh_token'),
    'p.yaml:5:5: tokens.a: unknown field "grant_type" (did you mean "grant"?)',
  ],
  [
    'a field of a provider in a limit',
    section('limits: [{ name: a, rate: 1/s, tokenUrl: x }]'),
    'p.yaml:2:32: limits[0]: unknown field "tokenUrl" (it is a field of a token provider)',
  ],
  [
    'a grant of the standard',
    provider('grant: client_credentials'),
    'p.yaml:5:12: tokens.a.grant: expected "refresh-token" or "client-credentials", got "client_credentials" (did you mean "client-credentials"?)',
  ],
  [
    'client credentials without proof',
    provider('grant: client-credentials'),
    'p.yaml:4:5: tokens.a: grant: client-credentials needs a client that proves itself (add a clientSecret, or auth: private-key-jwt with a clientKey)',
  ],
  [
    'client credentials with rotation',
    provider('grant: client-credentials', 'clientSecret: { env: S }', 'rotation: strict'),
    'p.yaml:7:15: tokens.a.rotation: expected "none", got "strict" (grant: client-credentials spends no refresh token)',
  ],
  [
    'basic without a secret',
    provider('auth: basic'),
    `p.yaml:4:5: tokens.a: auth: basic needs "clientSecret" (${SOURCES})`,
  ],
  [
    'an assertion without a key',
    provider('auth: private-key-jwt', 'algorithm: HS256'),
    `p.yaml:4:5: tokens.a: auth: private-key-jwt needs "clientKey" (${SOURCES})`,
    'p.yaml:6:16: tokens.a.algorithm: expected "RS256", "PS256", "ES256" or "EdDSA", got "HS256" (did you mean "RS256"?)',
  ],
  [
    'a key without auth',
    provider('clientKey: { file: k.pem }', 'keyId: k'),
    'p.yaml:5:5: tokens.a.clientKey: auth: none takes no "clientKey"; private-key-jwt does (add auth: private-key-jwt)',
    'p.yaml:6:5: tokens.a.keyId: auth: none takes no "keyId"; private-key-jwt does (add auth: private-key-jwt)',
  ],
  [
    'a secret beside auth: none',
    provider('auth: none', 'clientSecret: { env: S }'),
    'p.yaml:6:5: tokens.a.clientSecret: auth: none takes no "clientSecret"; basic and post do (leave "clientSecret" out, or change auth)',
  ],
  [
    'several sources',
    provider('clientSecret: { env: S, file: s }'),
    `p.yaml:5:21: tokens.a.clientSecret: expected ${SOURCES}, got several fields (choose one of them)`,
  ],
  [
    'a source with a typo',
    provider('clientSecret: { evn: S }'),
    `p.yaml:5:21: tokens.a.clientSecret: expected ${SOURCES}, got another field (did you mean "env"?)`,
  ],
  [
    'a variable with a dollar sign',
    provider('clientSecret: { env: $S }'),
    'p.yaml:5:26: tokens.a.clientSecret.env: expected the name of a variable: letters, digits and "_", not beginning with a digit, got a text (without the dollar sign)',
  ],
  [
    'a command for a shell',
    provider('clientSecret: { command: pass show s }'),
    'p.yaml:5:30: tokens.a.clientSecret.command: expected a program and its arguments: a list of 1 to 64 texts, got a text (it is run without a shell: put each argument in a list)',
  ],
  [
    'a command without a program',
    provider('clientSecret: { command: [] }'),
    'p.yaml:5:30: tokens.a.clientSecret.command: expected a program and its arguments: a list of 1 to 64 texts, got an empty list',
  ],
  [
    'a command with a number',
    provider('clientSecret: { command: [get, 5] }'),
    'p.yaml:5:36: tokens.a.clientSecret.command[1]: expected a text of at most 4096 characters, got a number (put it in quotes)',
  ],
  [
    'scopes as in a request',
    provider('scopes: openid email'),
    'p.yaml:5:13: tokens.a.scopes: expected a list of 1 to 100 scopes, such as [openid, email], got "openid email" (did you mean [openid, email]?)',
  ],
  [
    'no scope, one twice, one with a space',
    provider('scopes: []').replace(
      '  a:',
      '  b: { tokenUrl: https://x.example, clientId: c, scopes: [a, a, "b c"] }\n  a:',
    ),
    'p.yaml:3:62: tokens.b.scopes[1]: "a" is given twice',
    'p.yaml:3:65: tokens.b.scopes[2]: expected a scope: at most 256 printable ASCII characters without a space, \'"\' or "\\", got "b c"',
    'p.yaml:6:13: tokens.a.scopes: expected a list of 1 to 100 scopes, such as [openid, email], got an empty list (leave scopes out to keep those that were granted)',
  ],
  [
    'parameters with names of their own',
    provider('parameters: { grant_type: x, Scope: y, "a b": z, audience: "" }'),
    'p.yaml:5:19: tokens.a.parameters.grant_type: "grant_type" is not a further parameter (it comes from grant)',
    'p.yaml:5:34: tokens.a.parameters.Scope: "Scope" is not a further parameter (it comes from scopes)',
    'p.yaml:5:44: tokens.a.parameters["a b"]: expected a name of at most 64 letters, digits, "_", "." or "-"',
    'p.yaml:5:64: tokens.a.parameters.audience: expected a text of at most 2048 characters, got an empty text',
  ],
  [
    'budgets that are none',
    provider('budget: [0/m, 1.5/m, 5 per hour, 1/40d, 1000/d]'),
    'p.yaml:5:14: tokens.a.budget[0]: expected a budget above zero, got "0/m"',
    'p.yaml:5:19: tokens.a.budget[1]: expected a budget such as "1/3m" or "10/10m", with a whole number, got "1.5/m"',
    'p.yaml:5:26: tokens.a.budget[2]: expected a budget such as "1/3m" or "10/10m", got "5 per hour" (did you mean "5/h"?)',
    'p.yaml:5:38: tokens.a.budget[3]: expected a budget over 100ms to 30d, got "1/40d"',
    'p.yaml:5:45: tokens.a.budget[4]: expected a budget of at most 100 refreshes, got "1000/d"',
  ],
  [
    'two budgets over the same time',
    provider('budget: [1/3m, { count: 2, per: 180s }]'),
    'p.yaml:5:20: tokens.a.budget[1]: there is a budget over 3m already (keep the smaller one)',
  ],
  [
    'a budget that is no list',
    provider('budget: 1/3m'),
    'p.yaml:5:13: tokens.a.budget: expected a list of 1 to 5 budgets, such as [1/3m, 10/10m], got "1/3m" (put it in a list: [1/3m])',
  ],
  [
    'too many budgets',
    provider('budget: [1/1m, 2/2m, 3/3m, 4/4m, 5/5m, 6/6m]'),
    'p.yaml:5:13: tokens.a.budget: expected at most 5 budgets, got 6',
  ],
  [
    'spans out of range',
    provider('margin: 0s', 'jitter: 150%', 'timeout: 10m', 'lease: 999ms'),
    'p.yaml:5:13: tokens.a.margin: expected a duration above zero, got "0s"',
    'p.yaml:6:13: tokens.a.jitter: expected a share such as "25%", from 0% to 100%, got "150%"',
    'p.yaml:7:14: tokens.a.timeout: expected a duration from 100ms to 5m, got "10m"',
    'p.yaml:8:12: tokens.a.lease: expected a duration from 1s to 1h, got "999ms"',
  ],
  [
    'a first wait longer than the longest',
    provider('backoff: { first: 20m }'),
    'p.yaml:5:14: tokens.a.backoff: "first" (20m) is longer than "most" (10m, the default) (give "most" too)',
  ],
  [
    'a window without a rate',
    provider('breaker: { failures: 3, window: 1m }'),
    'p.yaml:5:29: tokens.a.breaker.window: means nothing without a "rate" (add rate: 50%, or leave "window" out)',
  ],
];

const url = (written: string): string => section(`tokens: { a: { clientId: c, tokenUrl: "${written}" } }`);
const AT = 'p.yaml:2:39: tokens.a.tokenUrl:';

const URLS: readonly Row[] = [
  [
    'without a scheme',
    url('auth.example.com/t'),
    `${AT} expected ${URL}, got "auth.example.com/t" (did you mean "https://auth.example.com/t"?)`,
  ],
  ['of another scheme', url('ftp://x.example'), `${AT} expected ${URL}, got "ftp://x.example"`],
  [
    'http to another machine',
    url('http://x.example/t'),
    `${AT} expected https, got "http://x.example" (${HTTP})`,
  ],
  [
    'a host that looks like this machine',
    url('http://localhost.x.example/t'),
    `${AT} expected https, got "http://localhost.x.example" (${HTTP})`,
  ],
  [
    'an address that looks like this machine',
    url('http://127.0.0.1.x.example/t'),
    `${AT} expected https, got "http://127.0.0.1.x.example" (${HTTP})`,
  ],
  [
    'a fragment',
    url('https://x.example/t#a'),
    `${AT} a token endpoint has no fragment (leave out "#" and what follows)`,
  ],
  ['a space', url('https://x.example/a b'), `${AT} expected ${URL}, got a text that is none`],
];

test.each(PROVIDERS)('tokens: %s', (_title, text, ...messages) => {
  expect(problemsOf(text)).toEqual(messages);
});

test.each(URLS)('a token URL with %s', (_title, text, ...messages) => {
  expect(problemsOf(text)).toEqual(messages);
});
