/** What is answered to a client that has hung up: nobody reads it. 499 is what logs of proxies call it. */
export const clientGone = (): Response => new Response(null, {status: 499});
