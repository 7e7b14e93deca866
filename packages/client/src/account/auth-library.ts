/** The part of the auth library that is fetched when somebody signs in or a token has to be renewed. */
export { GoTrueClient as AuthClient } from '@supabase/auth-js';
