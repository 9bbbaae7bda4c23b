import type {Route, TrafficProfile} from './traffic-profile.ts';

const SITE = 'https://shop.example';
const read = {method: 'GET', metered: false} as const;
const CATEGORIES = ['coffee', 'tea', 'mugs', 'grinders', 'filters', 'gifts', 'sale', 'new'];
const IMAGES_PER_CATEGORY = 4;
const PRODUCTS = 96;

const categories = CATEGORIES.flatMap((name, i): Route[] => [
  {...read, path: `/c/${name}`, weight: 12 / (i + 1), size: 14_200, outcome: 'page', referrer: `${SITE}/`},
  {
    ...read,
    path: `/c/${name}?page=2`,
    weight: 4 / (i + 1),
    size: 13_800,
    outcome: 'page',
    referrer: `${SITE}/c/${name}`,
  },
  ...Array.from(
    {length: IMAGES_PER_CATEGORY},
    (_, j): Route => ({
      ...read,
      path: `/img/${name}-${j + 1}.webp`,
      weight: 6 / (i + 1),
      size: 21_000 + 3_100 * j,
      outcome: 'asset',
      referrer: `${SITE}/c/${name}`,
    }),
  ),
]);

// A few products sell, most do not.
const products = Array.from(
  {length: PRODUCTS},
  (_, i): Route => ({
    ...read,
    path: `/p/${1001 + 7 * i}`,
    weight: 40 / (i + 4),
    size: 9_300 + 40 * (i % 37),
    outcome: 'page',
    referrer: `${SITE}/c/${CATEGORIES[i % CATEGORIES.length]}`,
  }),
);

/** A web shop: pages, pictures, a cart, a check-out, and the load balancer's /health. */
export const shopProfile: TrafficProfile = {
  routes: [
    {...read, path: '/', weight: 30, size: 18_400, outcome: 'page', referrer: ''},
    {...read, path: '/health', weight: 12, size: 2, outcome: 'healthy', referrer: ''},
    {...read, path: '/assets/app.js', weight: 14, size: 88_000, outcome: 'asset', referrer: `${SITE}/`},
    {...read, path: '/assets/app.css', weight: 14, size: 23_000, outcome: 'asset', referrer: `${SITE}/`},
    {...read, path: '/favicon.ico', weight: 5, size: 1_150, outcome: 'asset', referrer: ''},
    {...read, path: '/robots.txt', weight: 1, size: 64, outcome: 'healthy', referrer: ''},
    {
      ...read,
      path: '/search?q=espresso',
      weight: 5,
      size: 7_700,
      outcome: 'page',
      referrer: `${SITE}/`,
      metered: true,
    },
    {
      ...read,
      path: '/search?q=filter',
      weight: 3,
      size: 6_900,
      outcome: 'page',
      referrer: `${SITE}/`,
      metered: true,
    },
    {...read, path: '/cart', weight: 8, size: 5_100, outcome: 'page', referrer: `${SITE}/`},
    {
      method: 'POST',
      path: '/cart/items',
      weight: 6,
      size: 310,
      outcome: 'form',
      referrer: `${SITE}/cart`,
      metered: true,
    },
    {
      method: 'POST',
      path: '/checkout',
      weight: 2,
      size: 420,
      outcome: 'form',
      referrer: `${SITE}/cart`,
      metered: true,
    },
    {
      method: 'POST',
      path: '/login',
      weight: 2,
      size: 280,
      outcome: 'form',
      referrer: `${SITE}/login`,
      metered: true,
    },
    ...categories,
    ...products,
  ],
  agents: [
    {
      name: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
      weight: 11,
    },
    {
      name: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36',
      weight: 7,
    },
    {
      name: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
      weight: 6,
    },
    {name: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', weight: 7},
    {name: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', weight: 4},
    {name: 'ShopApp/5.2.1 (iPhone; iOS 18.6; Scale/3.00)', weight: 27},
    {name: 'ShopApp/5.2.0 (Android 15) okhttp/4.12.0', weight: 27},
    {name: 'okhttp/4.12.0', weight: 5},
    {name: 'curl/8.14.1', weight: 6},
  ],
};
