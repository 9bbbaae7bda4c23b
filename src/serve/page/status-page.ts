import {createHash} from 'node:crypto';
import type {Answer} from '../http/answer.ts';
import {CLIENT} from './client.ts';
import {DOCUMENT} from './document.ts';
import {STYLE} from './style.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * The page as one document, which loads nothing: style and script are in it, and run by their hashes alone. It holds no data and
 * needs no token: what it shows it asks for, with the token that its reader gives it.
 */
export const statusPage = (): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body: Buffer.from(DOCUMENT.replace('/*STYLE*/', () => STYLE).replace('/*SCRIPT*/', () => CLIENT)),
  headers: {
    'content-security-policy': [
      "default-src 'none'",
      `script-src ${hashOf(CLIENT)}`,
      `style-src ${hashOf(STYLE)}`,
      'img-src data:',
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  },
});
