using Appliance.Supervisor.Board;

namespace Appliance.Supervisor.Update;

/// <summary>The public key that signs updates: taken once, when the board is provisioned, and never again.</summary>
internal sealed class UpdateKey
{
    private readonly KeptRecord record;

    public UpdateKey(Memory memory)
    {
        record = new KeptRecord(memory, Places.UpdateKey, 64);
        IsSet = record.Load(Bytes);
    }

    public byte[] Bytes { get; } = new byte[64];

    public bool IsSet { get; private set; }

    /// <summary>Takes the key; true where it is the key now, also when it already was.</summary>
    public bool Provision(byte[] key)
    {
        if (IsSet)
        {
            for (int i = 0; i < 64; i++)
            {
                if (key[i] != Bytes[i])
                {
                    return false;
                }
            }

            return true;
        }

        IsSet = record.Store(key);
        if (IsSet)
        {
            Link.LinkBytes.Copy(key, 0, Bytes, 0, 64);
        }

        return IsSet;
    }
}
