using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>Sections of a batch that a reader wants, or was given.</summary>
[Flags]
internal enum SectionSet : byte
{
    None = 0,

    /// <summary>Section 1: who had which address.</summary>
    Attribution = 1,

    /// <summary>Section 2: what was contacted.</summary>
    Contact = 2,
    Both = Attribution | Contact,
}

/// <summary>From section numbers of the format to sets and back.</summary>
internal static class SectionSets
{
    public static SectionSet Of(byte section) => section switch
    {
        SectionPlain.AttributionNumber => SectionSet.Attribution,
        SectionPlain.ContactNumber => SectionSet.Contact,
        _ => SectionSet.None,
    };

    public static bool Has(this SectionSet set, byte section) => (set & Of(section)) != 0;
}
