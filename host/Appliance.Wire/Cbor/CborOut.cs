using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>What every writer of the format needs beside the library's own calls.</summary>
internal static class CborOut
{
    /// <summary>A writer that makes canonical CBOR only, and throws where it would not be.</summary>
    public static CborWriter New() => new(CborConformanceMode.Canonical);

    public static void Write(this CborWriter writer, Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash32.Size];
        hash.Write(bytes);
        writer.WriteByteString(bytes);
    }

    public static void Write(this CborWriter writer, Id16 id)
    {
        Span<byte> bytes = stackalloc byte[Id16.Size];
        id.Write(bytes);
        writer.WriteByteString(bytes);
    }

    public static void Write(this CborWriter writer, KeyId kid)
    {
        Span<byte> bytes = stackalloc byte[KeyId.Size];
        kid.Write(bytes);
        writer.WriteByteString(bytes);
    }

    public static void Write(this CborWriter writer, Ip address)
    {
        Span<byte> bytes = stackalloc byte[16];
        writer.WriteByteString(bytes[..address.Write(bytes)]);
    }

    public static void Write(this CborWriter writer, EpochRef epoch)
    {
        writer.WriteStartArray(2);
        writer.WriteUInt32(epoch.Number);
        writer.Write(epoch.Id);
        writer.WriteEndArray();
    }

    /// <summary>A time of a signed object; times before 1970 do not exist in the format.</summary>
    public static void Write(this CborWriter writer, TaiTime time) =>
        writer.WriteUInt64((ulong)Math.Max(0, time.Microseconds));

    public static void WriteOrNull(this CborWriter writer, Hash32 hash)
    {
        if (hash.IsNone)
        {
            writer.WriteNull();
        }
        else
        {
            writer.Write(hash);
        }
    }

    /// <summary>Key of a map followed by the call that writes its value.</summary>
    public static CborWriter Key(this CborWriter writer, uint key)
    {
        writer.WriteUInt32(key);
        return writer;
    }
}
