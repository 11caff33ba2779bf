/** Credentials for registries, between the store that keeps them sealed, the engine that uses them and the API. */
import type { CheckRegistry } from './control/ports.ts';
import type { FindCredential } from './runtime/docker/credentials.ts';
import type { DockerRuntime } from './runtime/docker/runtime.ts';
import { StartFailure } from './runtime/runtime.ts';
import type { Vault } from './secrets/vault.ts';
import type { Store } from './store/index.ts';

/** Those that the operator gave. One that was sealed with another key is a reason not to start. */
export function credentialsOf(store: Store, vault: Vault): FindCredential {
  return async (host) => {
    const found = await store.registries.sealed(host);
    if (!found) return undefined;
    try {
      const { username } = found;
      return { username, password: vault.unlock(found.sealed, host), serveraddress: host };
    } catch (cause) {
      throw new StartFailure(
        `The credentials for ${host} were encrypted with another secrets key. Log in anew: mooring registries login ${host}.`,
        { cause },
      );
    }
  };
}

/** Asks by way of the container engine, which is what pulls later. */
export function registryCheck(containers: DockerRuntime | undefined): CheckRegistry {
  return async (credential) => {
    if (!containers) return { verified: false };
    try {
      const refused = await containers.checkCredential(credential);
      return { verified: true, refused };
    } catch (error) {
      if (error instanceof StartFailure) return { verified: false };
      throw error;
    }
  };
}
