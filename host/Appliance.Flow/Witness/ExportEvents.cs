using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// From a data record to an event. Which event it is has four spellings:
/// <code>
/// natEvent (230)       RFC 8158                 draft-ietf-behave-ipfix-nat-logging-02, as Juniper sends it
///  1 / 2               create / delete          NAT44 session create / delete
///  3                   addresses exhausted      addresses exhausted
///  4 / 5               NAT44 session            NAT64 session create / delete
///  6 / 7               NAT64 session            NAT44 BIB create / delete
///  8 / 9               NAT44 BIB                NAT64 BIB create / delete
/// 10 / 11              NAT64 BIB                ports exhausted / quota exceeded
/// 12 / 13              ports exhausted / quota  address binding create / delete
/// 14 / 15              address binding          port block allocation / de-allocation
/// 16 / 17, 18          port block, threshold    -
/// firewallEvent (233)  1 created, 2 deleted,    (Cisco NSEL; 3 denied and 4 alert are no events of the NAT)
///                      5 update: it is there
/// neither              Nokia: a record with a flow's start creates, one with its end deletes
/// </code>
/// Up to 9 both numberings say the same of begin and end; from 10 to 15 the shape tells them apart: only a binding has
/// both an inside and a public address. Session, binding or block is always told by the shape.
/// </summary>
internal static class ExportEvents
{
    private const ulong FromPublic = 2;
    private const long MillisecondNs = 1_000_000;
    private const long SecondNs = 1_000_000_000;

    // Seconds between 1900 (NTP, RFC 7011 section 6.1.9) and 1970.
    private const long NtpToUnix = 2_208_988_800;

    /// <summary>
    /// What a record says; <see cref="NatAction.None"/> with the reason counted where it is no event.
    /// </summary>
    public static NatEvent Of(in ExportRecord record, in MessageTimes times, ushort source, LogTally tally)
    {
        NatEvent made = new() { Source = source, Witness = Witnesses.Nel, Course = times.Course };
        SetSides(ref made, record);
        bool isMapping = !made.InsideAddress.IsNone && !made.PublicAddress.IsNone;
        NatAction action = ActionOf(record, isMapping);
        bool isWhole = isMapping && made.InsideAddress != made.PublicAddress;
        if (action is NatAction.Create or NatAction.Delete or NatAction.Alive
            && !(isWhole && TrySetPorts(ref made, record)))
        {
            tally.Untranslated++;
            return default;
        }

        if (action == NatAction.None || record.IsTwofold)
        {
            // A flow record of a NAT (MikroTik) names both sides too, but says nothing of begin and end.
            tally.Untranslated += isWhole ? 0 : 1;
            tally.Unclassified += isWhole ? 1 : 0;
            return default;
        }

        made.Action = action;
        made.Protocol = (byte)record[ExportField.Protocol];
        made.Vrf = (uint)record[ExportField.Vrf];
        made.ArrivalNs = times.ArrivalNs;
        SetStamp(ref made, record, times.ExportNs);
        return made;
    }

    private static NatAction ActionOf(in ExportRecord record, bool isMapping)
    {
        if (record.Has(ExportField.NatEvent))
        {
            return OfNatEvent(record[ExportField.NatEvent], isMapping);
        }

        if (record.Has(ExportField.FirewallEvent))
        {
            return record[ExportField.FirewallEvent] switch
            {
                1 => NatAction.Create,
                2 => NatAction.Delete,
                5 => NatAction.Alive,
                _ => NatAction.None,
            };
        }

        // Nokia: said by which of the two times stands in the record.
        bool begins = record[ExportField.FlowStart] != 0;
        bool ends = record[ExportField.FlowEnd] != 0;
        return record.Named.IsNone || begins == ends ? NatAction.None : begins ? NatAction.Create : NatAction.Delete;
    }

    private static NatAction OfNatEvent(ulong number, bool isMapping) => number switch
    {
        1 or 4 or 6 or 8 or 14 or 16 => NatAction.Create,
        2 or 5 or 7 or 9 or 15 or 17 => NatAction.Delete,
        3 => NatAction.Exhausted,
        10 or 12 => isMapping ? NatAction.Create : NatAction.Exhausted,
        11 or 13 => isMapping ? NatAction.Delete : NatAction.Quota,
        18 => NatAction.Threshold,
        _ => NatAction.None,
    };

    private static void SetSides(ref NatEvent made, in ExportRecord record)
    {
        if (!record.Named.IsNone)
        {
            SetNokia(ref made, record);
        }
        else if (IsFromPublic(record))
        {
            // The remote began: what the NAT changed is the destination.
            made.InsideAddress = record.PostDestination;
            made.InsidePort = (ushort)record[ExportField.PostDestinationPort];
            made.PublicAddress = record.Destination;
            made.PublicPort = (ushort)record[ExportField.DestinationPort];
            made.RemoteAddress = record.PostSource.IsNone ? record.Source : record.PostSource;
            made.PublicRemote = record.Source;
            made.RemotePort = (ushort)record[ExportField.SourcePort];
        }
        else
        {
            made.InsideAddress = record.Source;
            made.InsidePort = (ushort)record[ExportField.SourcePort];
            made.PublicAddress = record.PostSource;
            made.PublicPort = (ushort)record[ExportField.PostSourcePort];
            made.RemoteAddress = record.Destination;
            made.PublicRemote = record.PostDestination.IsNone ? record.Destination : record.PostDestination;
            made.RemotePort = (ushort)record[ExportField.DestinationPort];
        }
    }

    /// <summary>
    /// The text names the inside address. Format 2 gives the public side as its own fields; format 1 writes the public
    /// address where the source stands, and does not say the public port.
    /// </summary>
    private static void SetNokia(ref NatEvent made, in ExportRecord record)
    {
        made.InsideAddress = record.Named;
        made.InsidePort = (ushort)record[ExportField.SourcePort];
        made.PublicAddress = record.PostSource.IsNone ? record.Source : record.PostSource;
        made.PublicPort = record.PostSource.IsNone ? (ushort)0 : (ushort)record[ExportField.PostSourcePort];
        made.RemoteAddress = record.Destination;
        made.PublicRemote = record.Destination;
        made.RemotePort = (ushort)record[ExportField.DestinationPort];
    }

    private static bool IsFromPublic(in ExportRecord record)
    {
        bool isSourceChanged = !record.PostSource.IsNone && record.PostSource != record.Source;
        bool isDestinationChanged = !record.PostDestination.IsNone && record.PostDestination != record.Destination;
        return isDestinationChanged && (!isSourceChanged || record[ExportField.NatRealm] == FromPublic);
    }

    /// <summary>Sets the block or the whole address where the record has no port; false where it cannot be.</summary>
    private static bool TrySetPorts(ref NatEvent made, in ExportRecord record)
    {
        made.PublicPortLast = made.PublicPort;
        if (record.Has(ExportField.PortRangeStart))
        {
            ulong first = record[ExportField.PortRangeStart];
            ulong count = record[ExportField.PortRangeCount];
            ulong last = record.Has(ExportField.PortRangeEnd) ? record[ExportField.PortRangeEnd]
                : count > 0 ? first + count - 1 : 0;

            // A block with holes would name a line for ports that it does not hold.
            bool hasHoles = record[ExportField.PortRangeStep] > 1;
            made.PublicPort = (ushort)first;
            made.PublicPortLast = (ushort)last;
            made.InsidePort = 0;
            return !hasHoles && last >= first && last <= ushort.MaxValue;
        }

        if (!record.Has(ExportField.SourcePort) && !record.Has(ExportField.PostSourcePort)
            && !record.Has(ExportField.Protocol))
        {
            // Address binding: every port of the public address.
            made.PublicPortLast = ushort.MaxValue;
        }

        return true;
    }

    private static void SetStamp(ref NatEvent made, in ExportRecord record, long exportNs)
    {
        ulong ms = record[ExportField.Milliseconds];
        if (ms == 0 && !record.Has(ExportField.NatEvent) && !record.Has(ExportField.FirewallEvent))
        {
            ms = made.Action == NatAction.Create ? record[ExportField.FlowStart] : record[ExportField.FlowEnd];
        }

        ulong fraction = record[ExportField.FractionTime];
        ulong seconds = record[ExportField.Seconds];
        if (ms is > 0 and < long.MaxValue / MillisecondNs)
        {
            made.StampNs = (long)ms * MillisecondNs;
            made.StampStepNs = MillisecondNs;
        }
        else if (fraction >> 32 > NtpToUnix)
        {
            made.StampNs = (((long)(fraction >> 32) - NtpToUnix) * SecondNs)
                + (long)(((fraction & uint.MaxValue) * SecondNs) >> 32);
            made.StampStepNs = 1000;
        }
        else if (seconds is > 0 and <= uint.MaxValue)
        {
            made.StampNs = (long)seconds * SecondNs;
            made.StampStepNs = SecondNs;
        }
        else
        {
            made.StampNs = exportNs;
            made.StampStepNs = SecondNs;
        }
    }
}
