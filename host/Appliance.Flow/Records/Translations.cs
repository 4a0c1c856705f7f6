using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What the NAT did, told from both sides of a joined flow.</summary>
internal static class Translations
{
    public static Translation Of(in FlowRecord record)
    {
        Ip line = record.SubscriberAddress;
        Ip open = record.PublicAddress;
        bool isSame = line == open && record.SubscriberPort == record.PublicPort;
        if (!record.SubscriberSoftwire.IsNone)
        {
            // The customer's own device translates already where MAP-E is used; DS-Lite leaves it to the provider.
            return isSame ? Translation.Map : Translation.DsLite;
        }

        if (line.IsV4)
        {
            return isSame ? Translation.Direct : Translation.Nat44;
        }

        return isSame ? Translation.Direct
            : !open.IsV4 ? Translation.Npt
            : IsMapAddress(record) ? Translation.Map : Translation.Nat64;
    }

    /// <summary>
    /// RFC 7599 section 5 (RFC 7597 section 6): the interface identifier of a MAP device holds its public address
    /// behind 16 zero bits and before the number of its port set; ports are its own, so they pass unchanged.
    /// </summary>
    private static bool IsMapAddress(in FlowRecord record) =>
        record.SubscriberPort == record.PublicPort && record.SubscriberAddress.Low >> 16 == record.PublicAddress.V4;
}
