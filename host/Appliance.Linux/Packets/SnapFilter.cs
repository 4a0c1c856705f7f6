namespace Appliance.Linux.Packets;

/// <summary>
/// The classic-BPF program that the kernel runs over each frame to decide how many bytes go into the ring: a frame that
/// may carry a service name goes in nearly whole, anything else with its headers only. No frame is ever refused.
/// <code>
/// frame of 192 bytes or less                                    -> whole (and no load below can be out of bounds)
/// up to two VLAN tags left in the frame                         -> looked past
/// IPv4 fragment, IPv6 with extension headers, anything not IP,
/// a tunnel (other IP protocols; GTP-U, VXLAN, Geneve, L2TP)     -> whole: the name may lie inside
/// TCP to 80, 443, 853; TCP and UDP from and to 53; UDP to 443   -> whole
/// other TCP, UDP; ICMP                                          -> 192 bytes
/// </code>
/// A load out of bounds makes the kernel drop the frame without counting it; that is why the length is looked at first.
/// </summary>
public static class SnapFilter
{
    /// <summary>
    /// Enough for two tags, IPv6, TCP with options, and the bytes that the leg join takes its digest from.
    /// </summary>
    public const int ShortBytes = 192;

    /// <summary>A whole frame of the usual MTU with its tags; ClientHellos fit or are split over segments.</summary>
    public const int LongBytes = 1600;

    // linux/bpf_common.h: class | size | mode.
    private const ushort LoadLength = 0x80; // BPF_LD | BPF_W | BPF_LEN
    private const ushort LoadHalf = 0x28; // BPF_LD | BPF_H | BPF_ABS
    private const ushort LoadHalfAtX = 0x48; // BPF_LD | BPF_H | BPF_IND
    private const ushort LoadByteAtX = 0x50; // BPF_LD | BPF_B | BPF_IND
    private const ushort LoadMemory = 0x60; // BPF_LD | BPF_MEM
    private const ushort StoreMemory = 0x02; // BPF_ST
    private const ushort SetX = 0x01; // BPF_LDX | BPF_IMM
    private const ushort AddOperand = 0x04; // BPF_ALU | BPF_ADD | BPF_K
    private const ushort AddX = 0x0C; // BPF_ALU | BPF_ADD | BPF_X
    private const ushort AndOperand = 0x54; // BPF_ALU | BPF_AND | BPF_K
    private const ushort ShiftLeft = 0x64; // BPF_ALU | BPF_LSH | BPF_K
    private const ushort CopyToX = 0x07; // BPF_MISC | BPF_TAX
    private const ushort CopyFromX = 0x87; // BPF_MISC | BPF_TXA

    private const uint TypeIpv4 = 0x0800, TypeIpv6 = 0x86DD, TypeVlan = 0x8100, TypeService = 0x88A8;
    private const uint ProtocolIcmp = 1, ProtocolTcp = 6, ProtocolUdp = 17, ProtocolIcmp6 = 58;

    // Ports towards which a name is sent, and tunnels over UDP (IANA service names; RFC 7348, 8926, 2661).
    private static readonly uint[] TcpTo = [80, 443, 853, 53];
    private static readonly uint[] TcpFrom = [53];
    private static readonly uint[] UdpTo = [443, 53, 2152, 4789, 6081, 1701];
    private static readonly uint[] UdpFrom = [53, 2152, 4789, 6081, 1701];

    /// <summary>The program.</summary>
    internal static FilterInstruction[] Build()
    {
        FilterAssembler code = new();
        code.Emit(LoadLength, 0);
        code.JumpIfAbove(ShortBytes, "ethernet", "whole");
        Layer2(code);
        Ipv4(code);
        Ipv6(code);
        code.Label("transport");
        code.Emit(LoadMemory, 0);
        code.JumpIfEqual(ProtocolTcp, "tcp");
        code.JumpIfEqual(ProtocolUdp, "udp");
        code.JumpIfEqual(ProtocolIcmp, "short");
        code.JumpIfEqual(ProtocolIcmp6, "short");
        code.Return(LongBytes);
        Ports(code, "tcp", TcpTo, TcpFrom);
        Ports(code, "udp", UdpTo, UdpFrom);
        code.Label("short");
        code.Return(ShortBytes);
        code.Label("whole");
        code.Return(LongBytes);
        return code.Finish();
    }

    // Leaves the type in A and the offset of the layer-3 header in X.
    private static void Layer2(FilterAssembler code)
    {
        code.Label("ethernet");
        code.Emit(SetX, 14);
        code.Emit(LoadHalf, 12);
        code.JumpIfEqual(TypeVlan, "tag1");
        code.JumpIfEqual(TypeService, "tag1");
        code.Jump("type");
        code.Label("tag1");
        code.Emit(SetX, 18);
        code.Emit(LoadHalf, 16);
        code.JumpIfEqual(TypeVlan, "tag2");
        code.JumpIfEqual(TypeService, "tag2");
        code.Jump("type");
        code.Label("tag2");
        code.Emit(SetX, 22);
        code.Emit(LoadHalf, 20);
        code.Label("type");
        code.JumpIfEqual(TypeIpv4, "ipv4");
        code.JumpIfEqual(TypeIpv6, "ipv6");
        code.Return(LongBytes);
    }

    // Protocol to M[0], offset of the transport header to X.
    private static void Ipv4(FilterAssembler code)
    {
        code.Label("ipv4");
        code.Emit(LoadHalfAtX, 6);
        code.JumpIfAny(0x3FFF, "whole"); // More fragments, or an offset (RFC 791).
        code.Emit(LoadByteAtX, 9);
        code.Emit(StoreMemory, 0);
        code.Emit(LoadByteAtX, 0);
        code.Emit(AndOperand, 0x0F);
        code.Emit(ShiftLeft, 2);
        code.Emit(AddX, 0);
        code.Emit(CopyToX, 0);
        code.Jump("transport");
    }

    private static void Ipv6(FilterAssembler code)
    {
        code.Label("ipv6");
        code.Emit(LoadByteAtX, 6);
        code.Emit(StoreMemory, 0);
        code.Emit(CopyFromX, 0);
        code.Emit(AddOperand, 40);
        code.Emit(CopyToX, 0);
    }

    private static void Ports(FilterAssembler code, string label, uint[] to, uint[] from)
    {
        code.Label(label);
        code.Emit(LoadHalfAtX, 2);
        foreach (uint port in to)
        {
            code.JumpIfEqual(port, "whole");
        }

        code.Emit(LoadHalfAtX, 0);
        foreach (uint port in from)
        {
            code.JumpIfEqual(port, "whole");
        }

        code.Return(ShortBytes);
    }
}
