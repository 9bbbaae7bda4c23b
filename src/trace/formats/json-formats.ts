import type {TraceFormat} from '../format.ts';
import {caddy} from './caddy.ts';
import {cloudflare} from './cloudflare.ts';
import {envoy} from './envoy.ts';
import {jsonArray} from './json-array.ts';
import {jsonLines} from './json-lines.ts';
import {nginxJson} from './nginx-json.ts';
import {traefik} from './traefik.ts';

/** Every format whose records are JSON objects. */
export const jsonFormats: readonly TraceFormat[] = [
  jsonLines,
  jsonArray,
  caddy,
  traefik,
  envoy,
  cloudflare,
  nginxJson,
];
