using System.Buffers.Binary;
using Appliance.Linux.Packets;

namespace Appliance.Tests.Linux;

/// <summary>
/// Runs classic BPF as the kernel does (Documentation/networking/filter.rst): a load out of bounds gives 0.
/// </summary>
internal static class FilterInterpreter
{
    /// <summary>Bytes that the program lets into the ring; 0 means that the kernel would drop the frame.</summary>
    public static uint Run(FilterInstruction[] program, ReadOnlySpan<byte> frame)
    {
        uint a = 0, x = 0;
        uint[] memory = new uint[16];
        for (int at = 0; ; at++)
        {
            FilterInstruction code = program[at];
            uint k = code.Operand;
            bool isOutside = false;
            switch (code.Code)
            {
                case 0x80: a = (uint)frame.Length; break;
                case 0x28: isOutside = !TryLoad(frame, k, 2, out a); break;
                case 0x48: isOutside = !TryLoad(frame, k + (ulong)x, 2, out a); break;
                case 0x50: isOutside = !TryLoad(frame, k + (ulong)x, 1, out a); break;
                case 0x60: a = memory[k]; break;
                case 0x02: memory[k] = a; break;
                case 0x01: x = k; break;
                case 0x04: a += k; break;
                case 0x0C: a += x; break;
                case 0x54: a &= k; break;
                case 0x64: a <<= (int)k; break;
                case 0x07: x = a; break;
                case 0x87: a = x; break;
                case 0x05: at += (int)k; break;
                case 0x15: at += a == k ? code.IfTrue : code.IfFalse; break;
                case 0x25: at += a > k ? code.IfTrue : code.IfFalse; break;
                case 0x45: at += (a & k) != 0 ? code.IfTrue : code.IfFalse; break;
                case 0x06: return k;
                default: throw new InvalidDataException($"instruction {at} has the unknown code {code.Code:x}");
            }

            if (isOutside)
            {
                return 0;
            }
        }
    }

    private static bool TryLoad(ReadOnlySpan<byte> frame, ulong at, int bytes, out uint value)
    {
        value = 0;
        if (at + (ulong)bytes > (ulong)frame.Length)
        {
            return false;
        }

        value = bytes == 1 ? frame[(int)at] : BinaryPrimitives.ReadUInt16BigEndian(frame[(int)at..]);
        return true;
    }
}
