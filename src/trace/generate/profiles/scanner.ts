import type {Route, TrafficProfile} from './traffic-profile.ts';

const PATHS = [
  '/.env',
  '/.git/config',
  '/wp-login.php',
  '/xmlrpc.php',
  '/admin/',
  '/phpmyadmin/index.php',
  '/backup.zip',
  '/config.json',
  '/server-status',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
  '/api/v1/users',
  '/actuator/env',
  '/cgi-bin/test.cgi',
  '/.aws/credentials',
  '/old/index.php',
  '/debug/pprof/',
];

/** One machine that tries well-known weak spots as fast as it can. */
export const scannerProfile: TrafficProfile = {
  routes: PATHS.map(
    (path): Route => ({
      method: 'GET',
      path,
      weight: 1,
      size: 153,
      outcome: 'probe',
      referrer: '',
      metered: false,
    }),
  ),
  agents: [{name: 'Mozilla/5.0 zgrab/0.x', weight: 1}],
};
