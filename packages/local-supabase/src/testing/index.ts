export { createTestDatabase } from './test-database.ts';
export type { TestDatabase, TestDatabaseOptions } from './test-database.ts';
export { startTestStack } from './test-stack.ts';
export type { TestStack, TestStackOptions } from './test-stack.ts';
