import type { ClientConfig } from '@sotto/protocol';
import type { AuthAdmin } from '../db/auth-admin.ts';
import type { Database } from '../db/database.ts';
import type { DeviceLinkDatabase } from '../db/device-link-database.ts';
import type { OwnAccountDatabase } from '../db/own-account-database.ts';
import type { Access } from '../domain/access.ts';
import type { AppendWriter } from '../domain/append-writer.ts';
import type { FanOut } from '../domain/fan-out.ts';
import type { Readiness } from '../domain/readiness.ts';

/** Everything a handler may use. */
export interface Services {
  database: Database;
  deviceLinks: DeviceLinkDatabase;
  ownAccounts: OwnAccountDatabase;
  authAdmin: AuthAdmin;
  access: Access;
  writer: AppendWriter;
  fanOut: FanOut;
  readiness: Readiness;
  /** What clients are told; without a fixed address it is the one they came by. */
  clientConfig(requestOrigin: string): ClientConfig;
}
