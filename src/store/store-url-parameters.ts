/** What may stand after `?` in the URL of a store. */
export interface UrlParameter {
  readonly name: string;
  /** The only values it takes; undefined: any text. */
  readonly values?: readonly string[];
  /** Means nothing without TLS. */
  readonly tls?: true;
  /** A path: relative to the folder of the file that names the store. */
  readonly path?: true;
  /** A value of such a parameter that is no path. */
  readonly word?: string;
  /** A secret: shown nowhere, and not written into configuration by a command. */
  readonly secret?: true;
  /** What other tools call it: only to suggest the right name. */
  readonly alsoCalled?: readonly string[];
}

export const REDIS_PARAMETERS: readonly UrlParameter[] = [
  {name: 'prefix', alsoCalled: ['keyprefix', 'namespace']},
  {name: 'ca', path: true, tls: true, alsoCalled: ['cacert', 'tls-ca', 'ssl_ca_certs']},
  {name: 'cert', path: true, tls: true, alsoCalled: ['tls-cert', 'ssl_certfile']},
  {name: 'key', path: true, tls: true, alsoCalled: ['tls-key', 'ssl_keyfile']},
  {name: 'tls-server-name', tls: true, alsoCalled: ['sni', 'servername']},
  {name: 'sentinel-username'},
  {name: 'sentinel-password', secret: true},
  {name: 'insecure', tls: true, values: ['true', 'false'], alsoCalled: ['ssl_cert_reqs', 'skip-verify']},
];

export const POSTGRES_PARAMETERS: readonly UrlParameter[] = [
  {
    name: 'sslmode',
    values: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'],
    alsoCalled: ['ssl'],
  },
  {name: 'sslrootcert', path: true, word: 'system', alsoCalled: ['ca']},
  {name: 'sslcert', path: true, alsoCalled: ['cert']},
  {name: 'sslkey', path: true, alsoCalled: ['key']},
  {name: 'schema', alsoCalled: ['search_path', 'currentschema', 'prefix']},
  {name: 'unlogged', values: ['true', 'false']},
  {name: 'synchronous_commit', values: ['on', 'off']},
  {name: 'pgbouncer', values: ['true', 'false'], alsoCalled: ['pooler']},
  {name: 'pool', alsoCalled: ['pool_size', 'max', 'connection_limit']},
  {name: 'migrate', values: ['always', 'never']},
];
