/** Away: the errors that say that the database cannot be had at the moment, or has no time. */

/** Classes and codes of PostgreSQL (its manual, appendix A): connection, resources, shutdown, a lock not had in time. */
const passing = /^(08|53|57P)|^(55P03|57014|40001|40P01|25P03)$/;

const network = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ETIMEDOUT|ENOENT)/;

/** Errors of pg that carry no code. */
const ofClient =
  /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error)/;

/** True when repeating what failed later may help. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined ? ofClient.test(error.message) : passing.test(code) || network.test(code);
}
