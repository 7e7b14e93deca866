import { GATEWAY_ROLE_HEADER } from '../auth/index.ts';

/** Tells the auth service the role of the API key; a copy sent by a client is always replaced. */
export const gatewayRoleHeader: string = GATEWAY_ROLE_HEADER;
