using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>What a challenge is for.</summary>
internal enum Ceremony : byte
{
    Login = 1,
    Registration = 2,
}

/// <summary>
/// Challenges of logins and registrations, each good once and for a short time. They carry their own time under a key
/// of this process, so that asking for many of them fills nothing; only those that were used are remembered.
/// <code>
/// 8 bytes milliseconds since the start of the machine | 8 random | first 16 of HMAC(ceremony, person, those 16)
/// </code>
/// </summary>
internal sealed class Challenges(TimeProvider clock)
{
    private const int HeadSize = 16;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(Hash32.Size);
    private readonly Dictionary<Hash32, long> used = [];
    private readonly Lock one = new();

    /// <param name="ceremony">What it is for.</param>
    /// <param name="person">Who registers; the default at a login, where that is not known yet.</param>
    public Hash32 Make(Ceremony ceremony, Id16 person = default)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        BinaryPrimitives.WriteInt64BigEndian(head, Now());
        RandomNumberGenerator.Fill(head[8..]);
        return Seal(head, ceremony, person);
    }

    /// <summary>True for one that was made here for this, is young, and was not used before: now it is used.</summary>
    public bool TryUse(Hash32 challenge, Ceremony ceremony, Id16 person = default)
    {
        byte[] bytes = challenge.ToArray();
        byte[] good = Seal(bytes.AsSpan(0, HeadSize), ceremony, person).ToArray();
        long now = Now();
        long life = (long)ConsoleLimits.ChallengeLife.TotalMilliseconds;
        long age = now - BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (!CryptographicOperations.FixedTimeEquals(bytes, good) || age < 0 || age > life)
        {
            return false;
        }

        lock (one)
        {
            foreach (Hash32 old in used.Where(pair => now - pair.Value > life).Select(pair => pair.Key).ToArray())
            {
                used.Remove(old);
            }

            return used.TryAdd(challenge, now);
        }
    }

    private long Now() => (long)clock.GetElapsedTime(0).TotalMilliseconds;

    private Hash32 Seal(ReadOnlySpan<byte> head, Ceremony ceremony, Id16 person)
    {
        Span<byte> who = stackalloc byte[Id16.Size];
        person.Write(who);
        byte[] mac = HMACSHA256.HashData(key, (byte[])[(byte)ceremony, .. who, .. head]);
        return Hash32.FromBytes((byte[])[.. head, .. mac.AsSpan(0, Hash32.Size - HeadSize)]);
    }
}
