/**
 * Bag: things that come and go fast, in no order. In V8 a Set that much is added to and deleted from gets a new table
 * every so often, and the one before it, once that is old garbage, keeps the new one alive with all that is in it: then
 * whatever passes through outlives it by far and is moved to the old generation. A bag keeps its things in an array.
 */

export class Bag<Thing> {
  readonly #places: Place<Thing>[] = [];

  /** It is in the bag until the returned handle is disposed. */
  add(thing: Thing): Place<Thing> {
    const place = new Place(this.#places, thing);
    this.#places.push(place);
    return place;
  }

  /** Neither what comes meanwhile is among them, nor what has gone before its turn. */
  *[Symbol.iterator](): Generator<Thing> {
    for (const place of this.#places.slice()) if (!place.hasLeft) yield place.thing;
  }
}

/** Of one thing in the bag. */
export class Place<Thing> implements Disposable {
  readonly thing: Thing;
  hasLeft = false;
  readonly #places: Place<Thing>[];
  #index: number;

  constructor(places: Place<Thing>[], thing: Thing) {
    this.thing = thing;
    this.#places = places;
    this.#index = places.length;
  }

  /** The last one takes its place. */
  [Symbol.dispose](): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    const last = this.#places.pop();
    if (last === undefined || last === this) return;
    this.#places[this.#index] = last;
    last.#index = this.#index;
  }
}
