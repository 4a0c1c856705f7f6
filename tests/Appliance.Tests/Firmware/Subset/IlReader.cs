using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>The instructions of a method in order, each with its operand where that has 1 to 4 bytes.</summary>
internal static class IlReader
{
    private static readonly Dictionary<int, OpCode> ByValue = typeof(OpCodes).GetFields()
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => (int)(ushort)o.Value);

    public static IReadOnlyList<(OpCode Op, int Operand)> Read(BlobReader code)
    {
        List<(OpCode Op, int Operand)> all = [];
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            OpCode op = ByValue[value == 0xFE ? 0xFE00 | code.ReadByte() : value];
            int operand = 0;
            switch (op.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    operand = code.ReadByte();
                    break;
                case OperandType.InlineVar:
                    operand = code.ReadUInt16();
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                default:
                    operand = code.ReadInt32();
                    break;
            }

            all.Add((op, operand));
        }

        return all;
    }
}
