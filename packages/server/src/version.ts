/** The version of this package, as the status and the user agent tell it. */
import packageJson from '../package.json' with { type: 'json' };

export const version: string = packageJson.version;
