namespace Appliance.Wire;

/// <summary>
/// The kinds of CBOR item that the profile knows; floats, undefined and other simple values are refused.
/// </summary>
internal enum CborKind : byte
{
    Unsigned,
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Null,
    False,
    True,
}

/// <summary>One item of a strictly read CBOR object. Byte strings are slices of the input, never copies.</summary>
internal sealed class CborItem
{
    public required CborKind Kind { get; init; }

    /// <summary>Value of an unsigned integer, n of a negative one (-1 - n), number of a tag.</summary>
    public ulong Number { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; init; }

    public string Text { get; init; } = "";

    /// <summary>Elements of an array, values of a map in the order of its keys, content of a tag.</summary>
    public CborItem[] Items { get; init; } = [];

    /// <summary>Keys of a map, ascending.</summary>
    public ulong[] Keys { get; init; } = [];
}
