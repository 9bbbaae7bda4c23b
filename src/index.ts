/**
 * The library. `createLimiter` protects an application with limits whose state lives in Redis, Postgres, an embedded SQLite
 * file or memory; adapters put it before Express, Hono, fetch handlers and MCP servers. `createProtection` adds what keeps a service
 * alive under load: pools of slots with queues, circuit breakers, adaptive limits, behaviour and degradation.
 *
 * Beneath it is the engine that `ratectl simulate` runs: `parsePolicy` or `loadPolicy` make a policy, an `Evaluator` keeps
 * its state in memory, `batchOf` puts requests into the columns it reads, and `evaluate` decides one of them. In the engine
 * instants and spans are whole microseconds, and time is an argument.
 */
export {RatectlError} from './base/ratectl-error.ts';
export {AttributeColumns} from './engine/attribute-columns.ts';
export type {DegradationMode, LoadSample} from './engine/control/control-spec.ts';
export {createAlgorithm} from './engine/create-algorithm.ts';
export {Decision, type DecisionFacts} from './engine/decision.ts';
export {Evaluator} from './engine/evaluator.ts';
export {KeyResolvers} from './engine/key-resolvers.ts';
export type {Attributes} from './engine/live/request-router.ts';
export {Outcome} from './engine/outcome.ts';
export type {AlgorithmSpec, LimitSpec, OnStoreError, Policy} from './engine/policy-model.ts';
export type {RequestBatch} from './engine/request-batch.ts';
export {Ask, Kind, Verdict} from './engine/verdict.ts';
export type {AcquireOptions} from './guard/acquire.ts';
export type {Breaker, BreakerView} from './guard/breaker/breaker.ts';
export type {BreakerCall} from './guard/breaker/breaker-call.ts';
export type {
  BreakerChange,
  BreakerEvents,
  BreakerRefusal,
  BreakerWhy,
  HealthCheckResult,
} from './guard/breaker/breaker-events.ts';
export {BreakerOpenError} from './guard/breaker/breaker-open-error.ts';
export type {BreakerGiven, BreakerOptions} from './guard/breaker/breaker-options.ts';
export {breakerOptionsFromEnv} from './guard/breaker/breaker-options-from-env.ts';
export type {CallResult} from './guard/breaker/call-result.ts';
export {createBreaker} from './guard/breaker/create-breaker.ts';
export {createLimiter} from './guard/create-limiter.ts';
export type {DecisionScope, DecisionSource, DecisionView, LayerView} from './guard/decision-view.ts';
export type {AdapterOptions} from './guard/http/adapter-options.ts';
export {
  type AnswerOptions,
  type DenialBody,
  denialBody,
  denialStatus,
  type HeaderFamily,
  type JsonRpcId,
  type JsonRpcLimitError,
  type RefusalType,
  responseHeaders,
  toJsonRpcError,
  toResponse,
} from './guard/http/answers.ts';
export {
  type ClientIdentity,
  type ClientIdentityOptions,
  clientIdentity,
} from './guard/http/client-identity.ts';
export {type ExpressLimiterOptions, expressLimiter} from './guard/http/express-limiter.ts';
export {type FetchLimiterOptions, fetchLimiter, limitFetch} from './guard/http/fetch-limiter.ts';
export {type HonoLimiterOptions, honoLimiter} from './guard/http/hono-limiter.ts';
export type {IdentityRequest} from './guard/http/identity-request.ts';
export {limitJsonRpc} from './guard/http/limit-json-rpc.ts';
export {limitMcpTransport} from './guard/http/limit-mcp-transport.ts';
export {type LimitToolsOptions, limitTools, ToolLimitError} from './guard/http/limit-tools.ts';
export type {CheckedDecision, CheckingLimiter} from './guard/http/limiter-port.ts';
export type {McpCall, McpLimiterOptions} from './guard/http/mcp-gate.ts';
export type {TrustedProxies} from './guard/http/trusted-proxies.ts';
export {type Lease, LimitDecision} from './guard/limit-decision.ts';
export type {Limiter} from './guard/limiter.ts';
export type {LimiterEvents, NearLimit} from './guard/limiter-events.ts';
export type {CheckOptions, LimiterOptions} from './guard/limiter-options.ts';
export {limiterOptionsFromEnv} from './guard/options-from-env.ts';
export type {
  ConcurrencyChange,
  ConcurrencyEvents,
  ConcurrencyEventWork,
} from './guard/pool/concurrency-events.ts';
export {ConcurrencyLimitError, type ConcurrencyRefusal} from './guard/pool/concurrency-limit-error.ts';
export type {ConcurrencyLimiter} from './guard/pool/concurrency-limiter.ts';
export type {ConcurrencyMetrics} from './guard/pool/concurrency-metrics.ts';
export type {
  AcquireOptions as SlotOptions,
  ConcurrencyOptions,
  SlotUse,
} from './guard/pool/concurrency-options.ts';
export {concurrencyOptionsFromEnv} from './guard/pool/concurrency-options-from-env.ts';
export type {ConcurrencyState} from './guard/pool/concurrency-state.ts';
export {createConcurrency} from './guard/pool/create-concurrency.ts';
export type {Slot, SlotSource} from './guard/pool/slot.ts';
export {createProtection} from './guard/protect/create-protection.ts';
export type {ProtectedDecision} from './guard/protect/protected-decision.ts';
export type {Protection} from './guard/protect/protection.ts';
export {ProtectionError} from './guard/protect/protection-error.ts';
export type {
  OpenedCircuit,
  ProtectionEvents,
  QueueChange,
  StateChange,
} from './guard/protect/protection-events.ts';
export type {ProtectionMetrics} from './guard/protect/protection-metrics.ts';
export type {
  EnterOptions,
  ProtectionOptions,
  ProtectionPart,
  Running,
  RunOptions,
} from './guard/protect/protection-options.ts';
export {protectionOptionsFromEnv} from './guard/protect/protection-options-from-env.ts';
export type {AnswerHeaders} from './guard/provider-answer.ts';
export {createQueue} from './guard/queue/create-queue.ts';
export type {QueueEvents} from './guard/queue/queue-events.ts';
export type {
  AddOptions,
  QueueHandler,
  QueueOptions,
  WorkItem,
  WorkOptions,
} from './guard/queue/queue-options.ts';
export {queueOptionsFromEnv} from './guard/queue/queue-options-from-env.ts';
export type {WorkQueue} from './guard/queue/work-queue.ts';
export {RateLimitError} from './guard/rate-limit-error.ts';
export type {RequestOutcome} from './guard/request-outcome.ts';
export {createRetry} from './guard/retry/create-retry.ts';
export type {Retry, RetryView} from './guard/retry/retry.ts';
export {type GaveUp, RetryError} from './guard/retry/retry-error.ts';
export type {
  Attempt,
  GaveUpNotice,
  RetryEvents,
  RetryNotice,
  RetryOptions,
  RetryRunOptions,
} from './guard/retry/retry-options.ts';
export {isRetryableByDefault} from './guard/retry/retryable.ts';
export type {StoreState} from './guard/store-guard.ts';
export type {Observation, UpstreamAnswer} from './guard/upstream.ts';
export type {WrapOptions} from './guard/wrap.ts';
export type {PolicyObject} from './policy/given-policy.ts';
export {type LoadedPolicy, loadPolicy, parsePolicy} from './policy/load-policy.ts';
export type {AccessToken} from './token/access-token.ts';
export {createTokenManager} from './token/create-token-manager.ts';
export type {ForceOptions} from './token/force-refresh.ts';
export type {TokenManagerEvents, TokenManagerOptions} from './token/manager-options.ts';
export {tokenManagerOptionsFromEnv} from './token/manager-options-from-env.ts';
export type {RefreshAnswer} from './token/refresh-answer.ts';
export type {TokenManager} from './token/token-manager.ts';
export {type TokenProblem, TokenUnavailableError} from './token/token-unavailable-error.ts';
export {createVault} from './token/vault/create-vault.ts';
export {generateKey, parseKeyRing} from './token/vault/key-ring.ts';
export {openVault} from './token/vault/open-vault.ts';
export type {Vault} from './token/vault/vault.ts';
export {batchOf, type PlainRequest} from './trace/batch-of.ts';
export {emptyBatch, RowSink} from './trace/row-sink.ts';
