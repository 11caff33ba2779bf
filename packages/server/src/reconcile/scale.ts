/** Scale: as many copies of an application as are wanted. */
import { Copy, type Role } from './copy.ts';
import { policyOf, type Policy } from './autoscale/policy.ts';
import { retire } from './drain.ts';
import type { Facts } from './facts.ts';
import { specFor } from './spec.ts';
import type { Tools } from './tools.ts';
import { keyOf, type Generation, type Wish } from './wish.ts';

/** What the number of replicas of an application follows. */
export const policyFor = ({ application, settings }: Wish): Policy =>
  policyOf(application.scalingConfig, settings);

/** Replicas that are wanted: as many as the load asks for. A new generation shows with one at least that it runs. */
function wantedReplicas({ autoscaler }: Facts, wish: Wish, role: Role): number {
  const wanted = autoscaler.wanted(policyFor(wish));
  return role === 'new' ? Math.max(1, wanted) : wanted;
}

export interface Group {
  readonly role: Role;
  readonly generation: Generation;
}

/** The copies that play this role for this generation. */
export function copiesOf(facts: Facts, { role, generation }: Group): Copy[] {
  const key = keyOf(generation);
  return facts.copies.filter((copy) => copy.role === role && keyOf(copy.generation) === key);
}

/** Starts what is missing and sends away what is too much. Returns the copies that there are now. */
export function scale(facts: Facts, wish: Wish, group: Group & { tools: Tools }): Copy[] {
  const { tools, role, generation } = group;
  const wanted = wantedReplicas(facts, wish, role);
  const present = copiesOf(facts, group);
  const inputs = { applicationId: facts.applicationId, role, ...generation, wanted, present: present.length };
  if (present.length !== wanted) tools.log.info(inputs, 'scaling');
  for (let number = present.length; number < wanted; number++) {
    facts.copies.push(startCopy(facts, wish, group));
  }
  const leaving = present.length > wanted ? byLoss(present, tools).slice(0, present.length - wanted) : [];
  for (const copy of leaving) retire(copy, { facts, tools, settings: wish.settings });
  return copiesOf(facts, group);
}

/** Those that are missed least first: not ready yet, then with the fewest connections. */
function byLoss(copies: readonly Copy[], { connections }: Tools): Copy[] {
  const loss = ({ state, replica }: Copy): number =>
    state === 'ready' && replica ? 1 + connections(replica.id) : 0;
  return copies.toReversed().toSorted((one, other) => loss(one) - loss(other));
}

function startCopy(facts: Facts, wish: Wish, { role, generation, tools }: Group & { tools: Tools }): Copy {
  const { applicationId } = facts;
  const { artifactId } = generation;
  const settings = (): Wish['settings'] => (facts.wish ?? wish).settings;
  const { runtimes, gate, backOff, clock, random, openSecret } = tools;
  const makeSpec = specFor(wish, { artifactId, random, settings, openSecret });
  const log = tools.log.child({ applicationId, ...generation });
  return new Copy({
    role,
    generation,
    makeSpec,
    runtimes,
    gate,
    backOff,
    clock,
    random,
    log,
    onChange: tools.changed,
  });
}
