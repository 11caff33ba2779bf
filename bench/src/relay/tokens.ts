/** Tokens of an issuer that exists for the bench alone. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

export const issuer = 'https://issuer.example';
export const audience = 'urn:bench';
export const scope = 'invoke';

export interface Issuer {
  readonly jwks: { readonly keys: JWK[] };
  /** Private, for assertions. */
  readonly key: JWK;
  /** Makes tokens that all differ, so that none has been seen before. */
  sign(count: number): Promise<string[]>;
}

export async function openIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  const key = { ...(await exportJWK(privateKey)), kid: 'bench' };
  let jti = 0;
  const one = (): Promise<string> =>
    new SignJWT({ scope, client_id: 'bench', jti: String((jti += 1)) })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('bench')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey);
  return { jwks: { keys: [jwk] }, key, sign: (count) => Promise.all(Array.from({ length: count }, one)) };
}
