import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What an operator watches; no label ever holds an id, an address or a name. */
export class Metrics {
  readonly registry = new Registry();

  readonly events = new Counter({
    name: 'sotto_events_total',
    help: 'Socket events answered, by event and outcome (ok or an error code).',
    labelNames: ['event', 'outcome'],
    registers: [this.registry],
  });
  readonly eventSeconds = new Histogram({
    name: 'sotto_event_seconds',
    help: 'Time from a socket event to its acknowledgement.',
    labelNames: ['event'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly unanswerableEvents = new Counter({
    name: 'sotto_unanswerable_events_total',
    help: 'Socket events that came without an acknowledgement to answer; they close their socket.',
    registers: [this.registry],
  });
  readonly requestSeconds = new Histogram({
    name: 'sotto_http_request_seconds',
    help: 'Time of HTTP requests to routes of the API, by route and status.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly sockets = new Gauge({
    name: 'sotto_sockets',
    help: 'Sockets whose device is proven.',
    registers: [this.registry],
  });
  readonly handshakeRefusals = new Counter({
    name: 'sotto_handshake_refusals_total',
    help: 'Socket handshakes refused, by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly slowReaders = new Counter({
    name: 'sotto_slow_readers_cut_total',
    help: 'Sockets cut because too much was waiting for them.',
    registers: [this.registry],
  });
  readonly flushRows = new Histogram({
    name: 'sotto_append_flush_rows',
    help: 'Messages committed with one flush of the append writer.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers: [this.registry],
  });

  constructor(queuedRows: () => number) {
    collectDefaultMetrics({ register: this.registry });
    this.registry.registerMetric(
      new Gauge({
        name: 'sotto_append_queued_rows',
        help: 'Messages waiting for the database or on their way into it.',
        registers: [],
        collect() {
          this.set(queuedRows());
        },
      }),
    );
  }
}
