/** The command line as a person uses it (`mooring login`): known to every server, without a secret, by device code. */
import { loginClientId } from '@mooring/contract';
import type { ClientRecord } from '../store-port.ts';

export const loginClient: ClientRecord = {
  clientId: loginClientId,
  name: 'Mooring command line',
  applicationId: undefined,
  // At most: a token never carries more than the role of the user who signed in.
  role: 'admin',
  secretHash: '',
  grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirectUris: [],
  timeCreated: '2026-01-01T00:00:00.000Z',
};
