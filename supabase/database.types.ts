export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      account_vaults: {
        Row: {
          body: string;
          device_wraps: string | null;
          kdf_algorithm: string;
          kdf_iterations: number;
          kdf_salt: string;
          password_wrap: string;
          recovery_wrap: string;
          updated_at: string;
          user_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          body: string;
          device_wraps?: string | null;
          kdf_algorithm: string;
          kdf_iterations: number;
          kdf_salt: string;
          password_wrap: string;
          recovery_wrap: string;
          updated_at?: string;
          user_id: string;
          version: number;
        };
        Update: {
          body?: string;
          device_wraps?: string | null;
          kdf_algorithm?: string;
          kdf_iterations?: number;
          kdf_salt?: string;
          password_wrap?: string;
          recovery_wrap?: string;
          updated_at?: string;
          user_id?: string;
          version?: number;
        };
        Relationships: [];
      };
      chat_key_epochs: {
        Row: {
          chat_id: string;
          commitment: string;
          created_at: string;
          epoch: number;
          iterations: number;
          key_id: string;
          key_timestamp_ms: number;
          made_under: string | null;
          maker_device_id: string;
          maker_user_id: string;
        };
        ComputedFields: never;
        Insert: {
          chat_id: string;
          commitment: string;
          created_at?: string;
          epoch: number;
          iterations: number;
          key_id: string;
          key_timestamp_ms: number;
          made_under?: string | null;
          maker_device_id: string;
          maker_user_id: string;
        };
        Update: {
          chat_id?: string;
          commitment?: string;
          created_at?: string;
          epoch?: number;
          iterations?: number;
          key_id?: string;
          key_timestamp_ms?: number;
          made_under?: string | null;
          maker_device_id?: string;
          maker_user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'chat_key_epochs_chat_id_fkey';
            columns: ['chat_id'];
            isOneToOne: false;
            referencedRelation: 'chats';
            referencedColumns: ['id'];
          },
        ];
      };
      chat_key_wraps: {
        Row: {
          chat_id: string;
          created_at: string;
          device_id: string | null;
          encrypted_key: string;
          ephemeral_public_key: string | null;
          epoch: number;
          id: number;
          sealed_by_device_id: string;
          sealed_by_user_id: string;
          sealed_to: string | null;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          chat_id: string;
          created_at?: string;
          device_id?: string | null;
          encrypted_key: string;
          ephemeral_public_key?: string | null;
          epoch: number;
          id?: never;
          sealed_by_device_id: string;
          sealed_by_user_id: string;
          sealed_to?: string | null;
          user_id: string;
        };
        Update: {
          chat_id?: string;
          created_at?: string;
          device_id?: string | null;
          encrypted_key?: string;
          ephemeral_public_key?: string | null;
          epoch?: number;
          id?: never;
          sealed_by_device_id?: string;
          sealed_by_user_id?: string;
          sealed_to?: string | null;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'chat_key_wraps_chat_id_epoch_fkey';
            columns: ['chat_id', 'epoch'];
            isOneToOne: false;
            referencedRelation: 'chat_key_epochs';
            referencedColumns: ['chat_id', 'epoch'];
          },
          {
            foreignKeyName: 'chat_key_wraps_device_id_fkey';
            columns: ['device_id'];
            isOneToOne: false;
            referencedRelation: 'devices';
            referencedColumns: ['id'];
          },
        ];
      };
      chat_members: {
        Row: {
          chat_id: string;
          joined_at: string;
          left_seq: number | null;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          chat_id: string;
          joined_at?: string;
          left_seq?: number | null;
          user_id: string;
        };
        Update: {
          chat_id?: string;
          joined_at?: string;
          left_seq?: number | null;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'chat_members_chat_id_fkey';
            columns: ['chat_id'];
            isOneToOne: false;
            referencedRelation: 'chats';
            referencedColumns: ['id'];
          },
        ];
      };
      chats: {
        Row: {
          created_at: string;
          direct_key: string;
          id: string;
          kind: string;
          next_seq: number;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          direct_key: string;
          id: string;
          kind: string;
          next_seq?: number;
        };
        Update: {
          created_at?: string;
          direct_key?: string;
          id?: string;
          kind?: string;
          next_seq?: number;
        };
        Relationships: [];
      };
      device_manifests: {
        Row: {
          body: string;
          created_at: string;
          hash: string;
          previous_hash: string;
          signature: string;
          user_id: string;
          version: number;
        };
        ComputedFields: never;
        Insert: {
          body: string;
          created_at?: string;
          hash: string;
          previous_hash: string;
          signature: string;
          user_id: string;
          version: number;
        };
        Update: {
          body?: string;
          created_at?: string;
          hash?: string;
          previous_hash?: string;
          signature?: string;
          user_id?: string;
          version?: number;
        };
        Relationships: [];
      };
      devices: {
        Row: {
          auth_session_id: string | null;
          created_at: string;
          device_type: string;
          hybrid_public_key: string | null;
          id: string;
          identity_key: string;
          is_active: boolean;
          last_seen_at: string | null;
          name: string;
          name_hash: string;
          number: number;
          public_key: string;
          registration_id: number | null;
          revoked_at: string | null;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          auth_session_id?: string | null;
          created_at?: string;
          device_type: string;
          hybrid_public_key?: string | null;
          id: string;
          identity_key: string;
          is_active?: boolean;
          last_seen_at?: string | null;
          name: string;
          name_hash: string;
          number: number;
          public_key: string;
          registration_id?: number | null;
          revoked_at?: string | null;
          user_id: string;
        };
        Update: {
          auth_session_id?: string | null;
          created_at?: string;
          device_type?: string;
          hybrid_public_key?: string | null;
          id?: string;
          identity_key?: string;
          is_active?: boolean;
          last_seen_at?: string | null;
          name?: string;
          name_hash?: string;
          number?: number;
          public_key?: string;
          registration_id?: number | null;
          revoked_at?: string | null;
          user_id?: string;
        };
        Relationships: [];
      };
      kem_prekeys: {
        Row: {
          created_at: string;
          device_id: string;
          is_last_resort: boolean;
          prekey_id: number;
          public_key: string;
          signature: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          device_id: string;
          is_last_resort: boolean;
          prekey_id: number;
          public_key: string;
          signature: string;
        };
        Update: {
          created_at?: string;
          device_id?: string;
          is_last_resort?: boolean;
          prekey_id?: number;
          public_key?: string;
          signature?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'kem_prekeys_device_id_fkey';
            columns: ['device_id'];
            isOneToOne: false;
            referencedRelation: 'devices';
            referencedColumns: ['id'];
          },
        ];
      };
      message_receipts: {
        Row: {
          chat_id: string;
          ciphertext: string;
          device_id: string;
          updated_at: string;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          chat_id: string;
          ciphertext: string;
          device_id: string;
          updated_at?: string;
          user_id: string;
        };
        Update: {
          chat_id?: string;
          ciphertext?: string;
          device_id?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'message_receipts_chat_id_fkey';
            columns: ['chat_id'];
            isOneToOne: false;
            referencedRelation: 'chats';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'message_receipts_device_id_fkey';
            columns: ['device_id'];
            isOneToOne: false;
            referencedRelation: 'devices';
            referencedColumns: ['id'];
          },
        ];
      };
      messages: {
        Row: {
          chat_id: string;
          ciphertext: string;
          client_id: string;
          created_at: string;
          sender_device_id: string;
          sender_id: string;
          seq: number;
        };
        ComputedFields: never;
        Insert: {
          chat_id: string;
          ciphertext: string;
          client_id: string;
          created_at: string;
          sender_device_id: string;
          sender_id: string;
          seq: number;
        };
        Update: {
          chat_id?: string;
          ciphertext?: string;
          client_id?: string;
          created_at?: string;
          sender_device_id?: string;
          sender_id?: string;
          seq?: number;
        };
        Relationships: [
          {
            foreignKeyName: 'messages_chat_id_fkey';
            columns: ['chat_id'];
            isOneToOne: false;
            referencedRelation: 'chats';
            referencedColumns: ['id'];
          },
        ];
      };
      one_time_prekeys: {
        Row: {
          created_at: string;
          device_id: string;
          prekey_id: number;
          public_key: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          device_id: string;
          prekey_id: number;
          public_key: string;
        };
        Update: {
          created_at?: string;
          device_id?: string;
          prekey_id?: number;
          public_key?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'one_time_prekeys_device_id_fkey';
            columns: ['device_id'];
            isOneToOne: false;
            referencedRelation: 'devices';
            referencedColumns: ['id'];
          },
        ];
      };
      profiles: {
        Row: {
          account_key: string | null;
          avatar_color: number;
          created_at: string;
          display_name: string;
          handle: string;
          updated_at: string;
          user_id: string;
        };
        ComputedFields: never;
        Insert: {
          account_key?: string | null;
          avatar_color: number;
          created_at?: string;
          display_name: string;
          handle: string;
          updated_at?: string;
          user_id: string;
        };
        Update: {
          account_key?: string | null;
          avatar_color?: number;
          created_at?: string;
          display_name?: string;
          handle?: string;
          updated_at?: string;
          user_id?: string;
        };
        Relationships: [];
      };
      signed_prekeys: {
        Row: {
          created_at: string;
          device_id: string;
          prekey_id: number;
          public_key: string;
          signature: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          device_id: string;
          prekey_id: number;
          public_key: string;
          signature: string;
        };
        Update: {
          created_at?: string;
          device_id?: string;
          prekey_id?: number;
          public_key?: string;
          signature?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'signed_prekeys_device_id_fkey';
            columns: ['device_id'];
            isOneToOne: true;
            referencedRelation: 'devices';
            referencedColumns: ['id'];
          },
        ];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      append_messages: {
        Args: {
          p_chats: string[];
          p_ciphertexts: string[];
          p_client_ids: string[];
          p_devices: string[];
          p_senders: string[];
        };
        Returns: {
          created_at_ms: number;
          duplicate: boolean;
          ordinal: number;
          outcome: string;
          seq: number;
        }[];
      };
      relay_answer_device_link: {
        Args: { p_answer: Json; p_device: string; p_link: string; p_user: string };
        Returns: Json;
      };
      relay_audit: {
        Args: { p_action: string; p_detail: Json; p_device: string; p_user: string };
        Returns: undefined;
      };
      relay_authorise: {
        Args: { p_device?: string; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_bind_device_session: {
        Args: { p_device: string; p_session: string; p_user: string };
        Returns: undefined;
      };
      relay_chat_members: { Args: { p_chat: string }; Returns: Json };
      relay_claim_prekeys: {
        Args: { p_device: string; p_owner: string; p_target: string; p_user: string };
        Returns: Json;
      };
      relay_create_device_link: {
        Args: { p_link: Json; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_create_direct_chat: {
        Args: { p_chat: Json; p_device: string; p_user: string };
        Returns: Json;
      };
      relay_create_epoch: {
        Args: { p_chat: string; p_device: string; p_epoch: Json; p_user: string };
        Returns: Json;
      };
      relay_delete_account: {
        Args: { p_device?: string; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_delete_second_factor_backup: {
        Args: { p_device: string; p_user: string };
        Returns: Json;
      };
      relay_deliver_device_link: {
        Args: { p_delivery: Json; p_device: string; p_link: string; p_user: string };
        Returns: Json;
      };
      relay_end_device_link: {
        Args: { p_link: string; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_ended_access: { Args: { p_within_seconds: number }; Returns: Json };
      relay_find_person: { Args: { p_handle: string }; Returns: Json };
      relay_get_account: { Args: { p_user: string }; Returns: Json };
      relay_get_chat_keys: {
        Args: { p_chat: string; p_device: string; p_user: string };
        Returns: Json;
      };
      relay_get_device_link: {
        Args: { p_link: string; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_get_people: { Args: { p_users: string[] }; Returns: Json };
      relay_get_second_factor_backup: { Args: { p_user: string }; Returns: Json };
      relay_list_activity: {
        Args: { p_before: number; p_limit: number; p_user: string };
        Returns: Json;
      };
      relay_list_chats: {
        Args: { p_after: string; p_limit: number; p_user: string };
        Returns: Json;
      };
      relay_list_device_links: { Args: { p_user: string }; Returns: Json };
      relay_list_manifests: {
        Args: { p_after: number; p_limit: number; p_user: string };
        Returns: Json;
      };
      relay_list_messages: {
        Args: { p_after: number; p_chat: string; p_limit: number; p_user: string };
        Returns: Json;
      };
      relay_prekey_stock: { Args: { p_device: string; p_user: string }; Returns: Json };
      relay_publish_manifest: {
        Args: {
          p_device: string;
          p_devices: Json;
          p_manifest: Json;
          p_user: string;
          p_vault?: Json;
        };
        Returns: Json;
      };
      relay_put_chat_wraps: {
        Args: {
          p_chat: string;
          p_device: string;
          p_device_wraps: Json;
          p_epoch: number;
          p_user: string;
          p_vault_wrap?: string;
        };
        Returns: Json;
      };
      relay_put_prekeys: {
        Args: { p_device: string; p_prekeys: Json; p_user: string };
        Returns: Json;
      };
      relay_put_profile: {
        Args: {
          p_avatar_color: number;
          p_display_name: string;
          p_handle: string;
          p_session?: string;
          p_user: string;
        };
        Returns: Json;
      };
      relay_put_receipt: {
        Args: { p_chat: string; p_ciphertext: string; p_device: string; p_user: string };
        Returns: Json;
      };
      relay_put_second_factor_backup: {
        Args: { p_backup: Json; p_device: string; p_user: string };
        Returns: Json;
      };
      relay_put_vault: {
        Args: { p_session: string; p_user: string; p_vault: Json };
        Returns: Json;
      };
      relay_register_device: {
        Args: { p_device: Json; p_manifest: Json; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_reveal_device_link: {
        Args: { p_link: string; p_reveal: Json; p_session: string; p_user: string };
        Returns: Json;
      };
      relay_revoked_devices: { Args: { p_within_seconds: number }; Returns: Json };
      relay_sweep: { Args: Record<PropertyKey, never>; Returns: undefined };
      relay_touch_devices: { Args: { p_devices: string[] }; Returns: undefined };
      relay_unfinished_deletions: { Args: Record<PropertyKey, never>; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    keyof DefaultSchema['Tables'] | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    keyof DefaultSchema['Enums'] | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    keyof DefaultSchema['CompositeTypes'] | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
