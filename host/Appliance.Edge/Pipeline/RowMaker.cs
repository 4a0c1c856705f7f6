using System.Runtime.InteropServices;
using Appliance.Flow;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Turns what the packet thread handed over into the rows of a batch: raw times become true times with their bound,
/// slots of tables become strings of the batch.
/// </summary>
internal sealed class RowMaker
{
    // Names of softwires kept, 5 MB of them; a line has many records, and each would be made anew.
    private const int SoftwiresMax = 1 << 15;

    private readonly IClockMap clock;
    private readonly NameTable names;
    private readonly RouteTable routes;
    private readonly byte[][] realms;
    private readonly byte[][] legs;
    private readonly Dictionary<(int Rule, Ip Softwire), byte[]?> softwires = [];

    public RowMaker(FlowOptions options, NameTable names, RouteTable routes, IClockMap clock)
    {
        this.clock = clock;
        this.names = names;
        this.routes = routes;
        realms = [.. options.Rules.Select(rule => System.Text.Encoding.UTF8.GetBytes(rule.Realm))];
        legs = [.. options.Rules.Select(rule => System.Text.Encoding.UTF8.GetBytes(rule.Name))];
    }

    /// <summary>Makes one row; its strings go into the batch's pool.</summary>
    public FlowRow Make(in FlowRecord record, StringPool strings)
    {
        ClockReading start = clock.Map(record.StartNs, record.LegRule);
        ClockReading last = clock.Map(record.LastNs, record.LegRule);
        ClockReading end = record.EndNs == 0 ? last : clock.Map(record.EndNs, record.LegRule);
        return new FlowRow
        {
            Kind = record.Kind,
            Protocol = record.Protocol,
            Translation = record.Translation,
            Attribution = record.Attribution,
            ServiceSource = record.ServiceSource,
            EndReason = record.EndReason,
            ClockState = Worse(Worse(start, last), end).State,
            Witnesses = record.Witnesses,
            Conflict = record.Conflict,
            Candidates = record.Candidates,
            EvidenceBits = record.EvidenceBits,
            SubscriberPort = record.SubscriberPort,
            PublicPort = record.PublicPort,
            RemotePort = record.RemotePort,
            BoundUs = Worse(Worse(start, last), end).BoundUs,
            Group = record.Group,
            Realm = RealmOf(record, strings),
            Leg = strings.Add(legs[record.LegRule]),
            Route = record.Route == 0 ? 0 : strings.Add(routes.Text(record.Route)),
            Service = strings.Add(names[record.NameSlot]),
            SubscriberAddress = record.SubscriberAddress,
            PublicAddress = record.PublicAddress,
            RemoteAddress = record.RemoteAddress,
            Start = start.Time,
            Last = last.Time,
            End = record.EndNs == 0 ? default : end.Time,
            PacketsUp = record.PacketsUp,
            PacketsDown = record.PacketsDown,
            BytesUp = record.BytesUp,
            BytesDown = record.BytesDown,
        };
    }

    /// <summary>
    /// Behind a softwire every customer may use the same private addresses: each softwire is an address space of its
    /// own, "realm/address of the line's end".
    /// </summary>
    private int RealmOf(in FlowRecord record, StringPool strings)
    {
        byte[] realm = realms[record.LegRule];
        if (record.SubscriberSoftwire.IsNone)
        {
            return strings.Add(realm);
        }

        if (softwires.Count >= SoftwiresMax)
        {
            softwires.Clear();
        }

        ref byte[]? text = ref CollectionsMarshal.GetValueRefOrAddDefault(
            softwires, (record.LegRule, record.SubscriberSoftwire), out _);
        text ??= [.. realm, (byte)'/', .. System.Text.Encoding.ASCII.GetBytes(record.SubscriberSoftwire.ToString())];
        return strings.Add(text);
    }

    // A record is as trustworthy as the worst of its times.
    private static ClockReading Worse(in ClockReading one, in ClockReading other) =>
        other.BoundUs > one.BoundUs ? other : one;
}
