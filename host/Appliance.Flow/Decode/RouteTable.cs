using System.Globalization;
using System.Text;

namespace Appliance.Flow;

/// <summary>One kind of outer header.</summary>
internal enum RouteStep : byte
{
    Vlan = 1,
    Mpls,
    Ethernet,
    PppoE,
    Ip4,
    Ip6,
    Gre,
    Vxlan,
    Geneve,
    Gtp,
}

/// <summary>
/// Numbers for the stacks of outer headers that frames came in. A step is a kind and an id where ids are few (VLAN,
/// label, VNI, GRE key); ids that belong to one subscriber (PPPoE session, TEID, softwire address) are not part of a
/// route, they would fill the table. When it is full, further routes share the last number.
/// </summary>
public sealed class RouteTable
{
    private const int Slots = Limits.RoutesMax * 2;
    private readonly ulong[] steps = new ulong[(Limits.RoutesMax + 2) * Limits.RouteStepsMax];
    private readonly byte[] lengths = new byte[Limits.RoutesMax + 2];
    private readonly ushort[] slots = new ushort[Slots];
    private readonly ulong[] building = new ulong[Limits.RouteStepsMax];
    private int buildingLength;
    private uint last;

    /// <summary>Numbers in use, 0 (the plain frame) included.</summary>
    public uint Count { get; private set; } = 1;

    /// <summary>Frames whose route found the table full.</summary>
    public ulong Overflowed { get; private set; }

    /// <summary>The number that routes share for which there was no room.</summary>
    public static uint Other => Limits.RoutesMax + 1;

    /// <summary>
    /// Text of a route, outermost header first: "vlan 100/mpls 17/gre". Allocates: not for the packet path.
    /// </summary>
    public string Text(uint route)
    {
        if (route == Other)
        {
            return "other";
        }

        var text = new StringBuilder();
        for (int i = 0; i < lengths[route]; i++)
        {
            Describe(text, steps[((int)route * Limits.RouteStepsMax) + i]);
        }

        return text.ToString();
    }

    internal void Begin() => buildingLength = 0;

    /// <summary>Notes one more header; false where the route has no room for it.</summary>
    internal bool Push(RouteStep kind, uint id)
    {
        if (buildingLength == building.Length)
        {
            return false;
        }

        building[buildingLength++] = ((ulong)kind << 32) | id;
        return true;
    }

    /// <summary>Number of the route that was noted since <see cref="Begin"/>.</summary>
    internal uint End()
    {
        if (buildingLength == 0)
        {
            return 0;
        }

        if (!IsBuilding(last))
        {
            last = Find();
        }

        Overflowed += last == Other ? 1u : 0u;
        return last;
    }

    private static void Describe(StringBuilder text, ulong step)
    {
        var kind = (RouteStep)(step >> 32);
        uint id = (uint)step;
        text.Append(text.Length == 0 ? "" : "/").Append(kind switch
        {
            RouteStep.Vlan => "vlan",
            RouteStep.Mpls => "mpls",
            RouteStep.Ethernet => "ethernet",
            RouteStep.PppoE => "pppoe",
            RouteStep.Ip4 => "ip4",
            RouteStep.Ip6 => "ip6",
            RouteStep.Gre => "gre",
            RouteStep.Vxlan => "vxlan",
            RouteStep.Geneve => "geneve",
            _ => "gtp",
        });
        if (id != 0 || kind is RouteStep.Vlan or RouteStep.Mpls)
        {
            text.Append(' ').Append(id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private uint Find()
    {
        ulong hash = 0;
        for (int i = 0; i < buildingLength; i++)
        {
            hash = (hash ^ building[i]) * 0x9E37_79B9_7F4A_7C15;
            hash ^= hash >> 29;
        }

        // At most RoutesMax of twice as many slots are taken, so the walk always meets a free one.
        int slot = (int)(hash % Slots);
        while (slots[slot] != 0)
        {
            if (IsBuilding(slots[slot]))
            {
                return slots[slot];
            }

            slot = (slot + 1) % Slots;
        }

        return Count > Limits.RoutesMax ? Other : Add(slot);
    }

    private uint Add(int slot)
    {
        uint number = Count++;
        building.AsSpan(0, buildingLength).CopyTo(steps.AsSpan((int)number * Limits.RouteStepsMax));
        lengths[number] = (byte)buildingLength;
        slots[slot] = (ushort)number;
        return number;
    }

    private bool IsBuilding(uint route) => lengths[route] == buildingLength && building.AsSpan(0, buildingLength)
        .SequenceEqual(steps.AsSpan((int)route * Limits.RouteStepsMax, buildingLength));
}
