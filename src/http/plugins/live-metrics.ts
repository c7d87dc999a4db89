import { Counter, Gauge, type Registry } from 'prom-client';

/** Figures of one PBX; totals since the start of the daemon. */
export interface LiveFigures {
  pbxId: string;
  calls: number;
  registered: number;
  callsTotal: number;
  answeredTotal: number;
}

/** What happens on the PBXs, asked for when Prometheus asks. PBXs by id, and nobody's name. */
export function liveMetrics(figures: () => readonly LiveFigures[]): (register: Registry) => void {
  return (register) => {
    const common = { labelNames: ['pbx'], registers: [register] };
    const gauge = (name: string, help: string, figureOf: (one: LiveFigures) => number) =>
      new Gauge({
        ...{ name, help, ...common },
        collect() {
          this.reset();
          for (const one of figures()) this.set({ pbx: one.pbxId }, figureOf(one));
        },
      });
    const counter = (name: string, help: string, figureOf: (one: LiveFigures) => number) =>
      new Counter({
        ...{ name, help, ...common },
        collect() {
          this.reset();
          for (const one of figures()) this.inc({ pbx: one.pbxId }, figureOf(one));
        },
      });
    gauge('linekeeper_calls', 'Calls that are up.', (one) => one.calls);
    gauge('linekeeper_registered', 'SIP accounts with a phone.', (one) => one.registered);
    counter('linekeeper_calls_total', 'Calls that have begun.', (one) => one.callsTotal);
    counter(
      'linekeeper_calls_answered_total',
      'Calls that ended after they had been answered.',
      (one) => one.answeredTotal,
    );
  };
}
