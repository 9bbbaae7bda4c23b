/** Encrypts token material with AES-256-GCM. Sealed texts name the key: `v1.<key id>.<base64url of IV, ciphertext, tag>`. */
export interface Vault {
  /** Id of the key that seals. */
  readonly keyId: string;
  /** `context` (the provider) is authenticated with the text: a sealed text means nothing elsewhere. */
  seal(text: string, context: string): string;
  /** Throws a RatectlError (exit 2) that names the key id when the key is not there or the text was changed. */
  open(sealed: string, context: string): string;
  /** Whether a text is sealed with another key than the current one. */
  isOld(sealed: string): boolean;
}
