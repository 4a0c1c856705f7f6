using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.Engine.TwoLegs;

namespace Appliance.Tests.Flow.Engine;

/// <summary>The structures under the engine, each against a plain model.</summary>
public sealed class TableTests
{
    [Fact]
    public void The_index_finds_what_was_added_and_nothing_that_was_removed()
    {
        Random random = new(1);
        FlowIndex index = new(500);
        Dictionary<int, ulong> model = [];
        for (int step = 0; step < 200_000; step++)
        {
            int entry = random.Next(500);
            if (model.Remove(entry, out ulong old))
            {
                Assert.True(index.Remove(old, entry));
                Assert.False(Holds(index, old, entry));
                continue;
            }

            // Few different hashes: long runs and equal tags.
            ulong hash = (ulong)random.Next(60) << 57 | (ulong)random.Next(3) << 33;
            index.Add(hash, entry);
            model[entry] = hash;
            int other = model.Keys.ElementAt(random.Next(model.Count));
            Assert.True(Holds(index, model[other], other), $"step {step}");
        }
    }

    [Fact]
    public void The_wheel_gives_every_flow_once_and_never_before_its_time()
    {
        Random random = new(2);
        TimerWheel wheel = new(1000);
        long now = StartNs;
        wheel.Leap(now);
        long[] due = new long[1000];
        for (int i = 0; i < 1000; i++)
        {
            due[i] = now + (long)(random.NextDouble() * 200e9);
            wheel.Arm(i, due[i]);
        }

        HashSet<int> popped = [];
        for (int i = 0; i < 1000; i += 10)
        {
            wheel.Disarm(i);
            popped.Add(i);
        }

        for (; now < StartNs + 201_000_000_000; now += 50_000_000)
        {
            while (wheel.TryPop(now, out int entry))
            {
                Assert.InRange(now - due[entry], 0, 200_000_000);
                Assert.True(popped.Add(entry));
            }
        }

        Assert.Equal(1000, popped.Count);
    }

    [Fact]
    public void An_address_number_lives_as_long_as_somebody_holds_it()
    {
        AddressTable table = new(64, new KeyedHash(Bytes(1, 32)));
        WiredAddress[] addresses = [.. Enumerable.Range(1, 65)
            .Select(n => new WiredAddress(new Ip(0x2001_0db8_0000_0000, (ulong)n), default))];
        for (int i = 0; i < 64; i++)
        {
            Assert.NotEqual(0u, table.Take(addresses[i]));
        }

        Assert.Equal(0u, table.Take(addresses[64]));
        uint first = table.Find(addresses[0]);
        Assert.Equal(first, table.Take(addresses[0]));
        table.Release(first);
        Assert.Equal(addresses[0].Address, table[first]);
        table.Release(first);
        Assert.Equal(0u, table.Find(addresses[0]));
        Assert.Equal(first, table.Take(addresses[64]));
        Assert.Equal(0u, table.Find(new WiredAddress(new Ip(1, 1), default)));
    }

    [Fact]
    public void A_name_slot_is_used_again_only_after_the_reader_passed_its_last_record()
    {
        RecordQueue queue = new(8192);
        NameTable names = new(16, new KeyedHash(Bytes(1, 32)), queue);
        int slot = names.Take("a.example"u8);
        Assert.Equal(slot, names.Take("a.example"u8));
        for (int i = 1; i < 16; i++)
        {
            Assert.NotEqual(0, names.Take([(byte)('a' + i)]));
        }

        Assert.Equal(0, names.Take("full.example"u8));
        Assert.True(queue.TryWrite(new FlowRecord { NameSlot = slot }));
        names.Release(slot);
        names.Release(slot);
        Assert.Equal(0, names.Take("b.example"u8));
        Assert.True(names[queue.Peek()[0].NameSlot].SequenceEqual("a.example"u8));
        queue.Release(1);
        Assert.Equal(slot, names.Take("b.example"u8));
    }

    [Fact]
    public void The_first_rule_that_fits_names_leg_and_realm()
    {
        LegRules rules = new(new FlowOptions
        {
            Rules =
            [
                new() { Interface = 0, Vlan = 10, Leg = Leg.Inside, Realm = "red", Name = "in" },
                new() { Label = 77, Leg = Leg.Inside, Realm = "blue", Name = "mpls" },
                new() { Address = Prefix("198.51.100.0/24"), Leg = Leg.Outside, Name = "out" },
            ],
        });
        Assert.True(Ip.TryParse("198.51.100.9", out Ip open));
        Assert.True(Ip.TryParse("10.0.0.1", out Ip line));

        Assert.Equal(0, rules.Match(new PacketView { Vlan = 10, Destination = open }, 0));
        Assert.Equal(1, rules.Match(new PacketView { Vlan = 10, Label = 77 }, 1));
        Assert.Equal(2, rules.Match(new PacketView { Vlan = 11, Destination = open }, 0));
        Assert.Equal(-1, rules.Match(new PacketView { Vlan = 11, Destination = line }, 0));
        PacketFacts red = default;
        PacketFacts blue = default;
        PacketView tagged = new() { Vlan = 10, Destination = open };
        PacketView labelled = new() { Label = 77 };
        rules.Classify(ref red, ref tagged, default);
        rules.Classify(ref blue, ref labelled, default);
        Assert.NotEqual(red.Realm, blue.Realm);
        Assert.Equal(LineEnd.Source, rules.EndOf(new PacketView { Source = line, Destination = open }, Leg.Inside));
        Assert.Equal(LineEnd.Both, rules.EndOf(new PacketView { Source = line, Destination = line }, Leg.Inside));
        Assert.Equal(LineEnd.Unknown, rules.EndOf(new PacketView { Source = open, Destination = open }, Leg.Inside));
    }

    private static bool Holds(FlowIndex index, ulong hash, int wanted)
    {
        int at = index.Home(hash);
        int entry;
        while ((entry = index.Next(hash, ref at)) >= 0)
        {
            if (entry == wanted)
            {
                return true;
            }
        }

        return false;
    }
}
