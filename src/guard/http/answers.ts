/** What a decision tells a client, in the words of HTTP and JSON-RPC. */
export type {AnswerOptions, HeaderFamily} from './answer-options.ts';
export {type DenialBody, denialBody, denialStatus} from './denial-body.ts';
export type {RefusalType} from './refusal.ts';
export {responseHeaders} from './response-headers.ts';
export {type JsonRpcId, type JsonRpcLimitError, toJsonRpcError} from './to-json-rpc-error.ts';
export {toResponse} from './to-response.ts';
